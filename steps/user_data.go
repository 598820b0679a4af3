package steps

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"arcadia/engine"
	"arcadia/engine/visible"
)

const (
	inUserData    = "user_data_file"
	inUserDataSum = "user_data_sha256"

	maxUserData = 64 << 10 // the provider takes no more
)

// errUserData is why a droplet is not made: the file is not the one that it was launched with.
const errUserData = engine.Reason("user_data_changed")

// userDataFields declare the file that a new droplet runs at its first start. Its text is never stored: only where it is, and which
// bytes it had at the launch.
func userDataFields() []engine.Field {
	return []engine.Field{
		{
			Name: inUserData, Label: "User data", Type: engine.TextField, Check: checkUserData,
			Help: "the full path of a file that the droplet runs at its first start, on the host that drives the saga; its text is not stored",
		},
		{
			Name: inUserDataSum, Label: "Its SHA-256", Type: engine.TextField, Help: "of the file, in hex: another text is refused",
			Unasked: true, // a kind fills it in; an ad-hoc launch is told it
		},
	}
}

func checkUserData(value string, _ engine.Inputs) error {
	if !filepath.IsAbs(value) || filepath.Clean(value) != value || visible.Text(value) != value {
		return fmt.Errorf("%q is not a full path of a file", visible.Short(value, 80))
	}
	return nil
}

// userDataMarks begin what a droplet can run. Nothing else is read out: a file of secrets is not made public by its path.
var userDataMarks = []string{"#!", "#cloud-config", "#include", "#cloud-boothook", "Content-Type: multipart/"}

// readUserData reads a file of user data.
func readUserData(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("read the user data: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return "", fmt.Errorf("read the user data: %w", err)
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("%s is not a plain file", path)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxUserData+1))
	if err != nil {
		return "", fmt.Errorf("read the user data: %w", err)
	}
	if len(text) > maxUserData {
		return "", fmt.Errorf("%s has more than %d KiB, and the provider takes no more", path, maxUserData>>10)
	}
	for _, mark := range userDataMarks {
		if strings.HasPrefix(string(text), mark) {
			return string(text), nil
		}
	}
	return "", fmt.Errorf("%s is not user data: it begins with none of %s", path, strings.Join(userDataMarks, ", "))
}

func sumOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// userData is the text for a droplet; empty when no file is named. A file that is not the one of the launch refuses.
func userData(in engine.Inputs) (string, error) {
	if in[inUserData] == "" {
		return "", nil
	}
	text, err := readUserData(in[inUserData])
	if err != nil {
		return "", err
	}
	switch sum := sumOf(text); in[inUserDataSum] {
	case sum:
		return text, nil
	case "":
		return "", named(inUserDataSum, fmt.Errorf("is required beside %s: that of the file is %s now", inUserData, sum))
	default:
		return "", fmt.Errorf("%w: %s is not what it was at the launch (SHA-256 %.12s, now %.12s): put that text back, or launch again", errUserData, in[inUserData], in[inUserDataSum], sum)
	}
}

// withUserData adds to the inputs of a new droplet which bytes its user data has now.
func withUserData(in, call map[string]string) error {
	if in[inUserData] == "" {
		return nil
	}
	text, err := readUserData(in[inUserData])
	if err != nil {
		return named(inUserData, err)
	}
	call[inUserDataSum] = sumOf(text)
	return nil
}
