package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// policed gives the building a policy.
func (b *building) policed(t *testing.T, text string) {
	t.Helper()
	dir := filepath.Join(b.home, ".config", "arcadia")
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "policy.yaml"), []byte(text), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// says runs a command over SSH with a key, and gives all that it says and its exit status.
func (b *building) says(t *testing.T, who gossh.Signer, line string) (string, int) {
	t.Helper()
	client, err := gossh.Dial("tcp", "127.0.0.1:"+b.port, &gossh.ClientConfig{User: "x", Auth: []gossh.AuthMethod{gossh.PublicKeys(who)}, HostKeyCallback: gossh.InsecureIgnoreHostKey()})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	s, err := client.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	s.Stdout, s.Stderr = &out, &errs
	var exit *gossh.ExitError
	err = s.Run(line)
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if exit != nil {
		return out.String() + errs.String(), exit.ExitStatus()
	}
	return out.String() + errs.String(), 0
}

// TestTwoOperatorsOverSSHAndEveryWrongWordIsToldWhy launches as one operator what another has to approve, through the real program, and goes
// through all that does not count.
func TestTwoOperatorsOverSSHAndEveryWrongWordIsToldWhy(t *testing.T) {
	t.Parallel()
	b := newBuilding(t)
	b.policed(t, "approvals:\n  - when: {kind: echo}\n    need: 2\n    from: [sam, ops2, ops3, ops4]\nbreak_glass: {after: 1s}\n")
	one, two, three := b.admits(t, "sam", "operator,approver"), b.admits(t, "ops2", "operator,approver"), b.admits(t, "ops3", "approver")
	guest, acts, other := b.admits(t, "guest", "viewer"), b.admits(t, "ops4", "operator"), b.admits(t, "ops5", "approver")
	out, status := b.says(t, two, "launch echo text=hi -o json")
	var saga struct {
		Short     string `json:"short"`
		Status    string `json:"status"`
		WaitingOn string `json:"waiting_on"`
		Approval  struct {
			Hash string `json:"hash"`
		} `json:"approval"`
	}
	if err := json.Unmarshal([]byte(out), &saga); err != nil || status != 4 {
		t.Fatalf("exit status %d, %v\n%s", status, err, out)
	}
	hash := strings.TrimPrefix(saga.Approval.Hash, "p2:")[:12]
	if saga.Status != "pending" || saga.WaitingOn != "approval 0 of 2, plan "+hash {
		t.Fatalf("%s, waits on %q", saga.Status, saga.WaitingOn)
	}
	approve := "approve " + saga.Short + " --hash " + hash
	for _, c := range []struct {
		what string
		who  gossh.Signer
		line string
		want string
		exit int
	}{
		{"a viewer", guest, approve, "a viewer can only read; ask an approver", 1},
		{"an operator without the role", acts, approve, "an operator can act, and not approve; ask an approver", 1},
		{"own saga", two, approve, "ops2 has launched it: somebody else has to approve it", 1},
		{"nobody whom the rule names", other, approve, "only sam, ops2, ops3, ops4 may approve it", 1},
		{"another plan", three, "approve " + saga.Short + " --hash 0123456789ab", "its plan is " + hash + ", and not 0123456789ab: read it again", 1},
		{"no plan", three, "approve " + saga.Short, "approve needs --hash", 2},
		{"nonsense", three, "approve " + saga.Short + " --hash zzz", "give the first 12 digits of a plan's hash", 2},
		{"refused without a reason", three, "refuse " + saga.Short, "say why it should not be done", 2},
		{"the glass without a reason", acts, "break-glass " + saga.Short, "say why it cannot wait for an approval", 2},
		{"an approver acts", three, "cancel " + saga.Short, "an approver can read and approve; ask an operator", 1},
		{"approved", three, approve, "approval 1 of 2", 0},
		{"twice", three, approve, "ops3 has approved it already", 1},
		{"the list", three, "approvals", "no: ops3 has approved it already", 0},
		{"the plan", three, "approvals " + saga.Short, "approved by ops3", 0},
		{"what does not wait", three, "approve 00000000 --hash " + hash, "no such saga", 1},
	} {
		out, status := b.says(t, c.who, c.line)
		if status != c.exit || !strings.Contains(out, c.want) || c.exit != 0 && strings.Count(out, "\n") != 1 {
			t.Errorf("%s: exit status %d, want %d and %q\n%s", c.what, status, c.exit, c.want, out)
		}
	}
	if out, status := run(b.program(b.held, "approve", saga.Short, "--hash", hash)); status != 1 || !strings.Contains(out, "a session on this machine has no key of its own: approve over SSH") {
		t.Errorf("on the machine itself: exit status %d\n%s", status, out)
	}
	b.removes(t, "ops3")
	_, _ = b.says(t, one, approve)
	b.becomes(t, one, saga.Short, "ops3 may not approve with that key any more")
	if out, status := b.says(t, acts, "refuse "+saga.Short+" --reason 'not today'"); status != 0 || !strings.Contains(out, "rolled_back") {
		t.Errorf("refused: exit status %d\n%s", status, out)
	}
	if out, status := b.says(t, one, approve); status != 1 || !strings.Contains(out, "it is rolled back already") {
		t.Errorf("too late: exit status %d\n%s", status, out)
	}
	out, _ = b.says(t, two, "launch echo text=now -o json")
	if err := json.Unmarshal([]byte(out), &saga); err != nil {
		t.Fatal(err)
	}
	if out, status := b.says(t, acts, "break-glass "+saga.Short+" --reason 'nobody answers'"); status != 0 {
		t.Errorf("exit status %d\n%s", status, out)
	}
	b.becomes(t, two, saga.Short, `"status": "completed"`)
	if out, status := run(b.program(b.held, "list", "-o", "json")); status != 0 || !strings.Contains(out, `"glass_broken_by": "ops4"`) {
		t.Errorf("it is not marked\n%s", out)
	}
	for _, verb := range []string{"approved", "approval_refused", "glass_broken"} {
		if out, status := b.says(t, acts, "audit -o json"); status != 0 || !strings.Contains(out, `"verb": "`+verb+`"`) || !strings.Contains(out, `"key": "SHA256:`) {
			t.Errorf("%s is not in the audit: exit status %d\n%s", verb, status, out)
		}
	}
	if out, _ := b.says(t, guest, "audit -o json"); strings.Contains(out, "SHA256:") {
		t.Errorf("a viewer reads keys:\n%s", out)
	}
	b.policed(t, "approvals:\n  - when: {kind: echo}\n    need: 1\n    witin: 24h\n")
	if out, status := b.says(t, two, "launch echo"); status != 1 || !strings.Contains(out, "line 4") || !strings.Contains(out, "did you mean within?") {
		t.Errorf("a wrong policy: exit status %d\n%s", status, out)
	}
	b.policed(t, "protect: [tag:prod]\n")
	if out, status := b.says(t, two, "launch echo"); status != 0 {
		t.Errorf("exit status %d\n%s", status, out)
	}
}

// removes takes somebody out of the operators file.
func (b *building) removes(t *testing.T, name string) {
	t.Helper()
	text, err := os.ReadFile(b.operators)
	if err != nil {
		t.Fatal(err)
	}
	var left strings.Builder
	for line := range strings.Lines(string(text)) {
		if !strings.HasSuffix(line, " "+name+"\n") {
			left.WriteString(line)
		}
	}
	if err := os.WriteFile(b.operators, []byte(left.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// becomes waits until a saga says something of itself.
func (b *building) becomes(t *testing.T, who gossh.Signer, saga, want string) {
	t.Helper()
	out := ""
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if out, _ = b.says(t, who, "show "+saga+" -o json"); strings.Contains(out, want) {
			return
		}
	}
	t.Errorf("it does not say %q\n%s", want, out)
}

// TestAGovernedScheduleIsApprovedOnceOverSSH defines a schedule as one operator, and agrees to it as another.
func TestAGovernedScheduleIsApprovedOnceOverSSH(t *testing.T) {
	t.Parallel()
	b := newBuilding(t)
	b.policed(t, "approvals:\n  - when: {kind: echo}\n    need: 1\n")
	defines, approves, guest := b.admits(t, "ops2", "operator,approver"), b.admits(t, "ops3", "approver"), b.admits(t, "guest", "viewer")
	if out, status := b.says(t, defines, "schedule add nightly echo text=hi --every 24h"); status != 0 || !strings.Contains(out, "0 of 1 approvals of definition") {
		t.Fatalf("exit status %d\n%s", status, out)
	}
	var v struct {
		Definition struct {
			Hash string `json:"hash"`
			Need int    `json:"need"`
		} `json:"definition"`
	}
	out, status := b.says(t, guest, "schedule show nightly -o json")
	if err := json.Unmarshal([]byte(out), &v); err != nil || status != 0 || v.Definition.Need != 1 || strings.Contains(out, "SHA256:") {
		t.Fatalf("exit status %d, %v\n%s", status, err, out)
	}
	approve := "schedule approve nightly --hash " + strings.TrimPrefix(v.Definition.Hash, "p2:")[:12]
	for _, c := range []struct {
		what string
		who  gossh.Signer
		line string
		want string
		exit int
	}{
		{"not approved", defines, "schedule fire nightly", "schedules/nightly has 0 of 1 approvals that count", 1},
		{"the list", approves, "approvals", "schedule nightly", 0},
		{"own", defines, approve, "ops2 has launched it: somebody else has to approve it", 1},
		{"a viewer", guest, approve, "a viewer can only read; ask an approver", 1},
		{"no hash", approves, "schedule approve nightly", "schedule approve needs --hash", 2},
		{"another", approves, "schedule approve nightly --hash 0123456789ab", "and not 0123456789ab: read it again", 1},
		{"no such", approves, "schedule approve none --hash 0123456789ab", "no schedule", 2},
		{"approved", approves, approve, "approved by ops3, for 8", 0},
		{"twice", approves, approve, "ops3 has approved it already", 1},
		{"fires", defines, "schedule fire nightly", "", 0},
		{"the audit", defines, "audit", "schedules/nightly", 0},
		{"refused without a reason", approves, "schedule refuse nightly", "say why with --reason", 2},
		{"refused", approves, "schedule refuse nightly --reason 'not in December'", "nightly is refused", 0},
		{"after that", defines, "schedule fire nightly", "was refused by ops3: not in December", 1},
	} {
		if c.what == "after that" {
			time.Sleep(time.Second) // within one it would be the same fire
		}
		out, status := b.says(t, c.who, c.line)
		if status != c.exit || !strings.Contains(out, c.want) {
			t.Errorf("%s: exit status %d, want %d and %q\n%s", c.what, status, c.exit, c.want, out)
		}
	}
	if out, status := b.says(t, defines, "list -o json"); status != 0 || strings.Count(out, `"kind": "echo"`) != 1 || strings.Contains(out, `"approval"`) {
		t.Errorf("not one saga: exit status %d\n%s", status, out)
	}
}
