package cli_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// house is the folder that everything is in, seen from here.
const house = "../.."

const maxLines = 400 // of one file

// TestFilesStaySmall keeps every Go file to a size that can be read in one sitting.
func TestFilesStaySmall(t *testing.T) {
	t.Parallel()
	for _, file := range goFiles(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(text, []byte("\n")); n > maxLines {
			t.Errorf("%s has %d lines, and %d are enough: split it by noun", file, n, maxLines)
		}
	}
}

// TestExportedNamesAreExplained wants a doc comment at every exported name outside the tests, beginning with that name as
// `go doc` readers expect, and a package comment at every package.
func TestExportedNamesAreExplained(t *testing.T) {
	t.Parallel()
	files := token.NewFileSet()
	packages := map[string]bool{} // whether a file of the folder has a package comment
	for _, file := range goFiles(t) {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(files, file, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		begins := "Package " + f.Name.Name + " "
		if f.Name.Name == "main" { // a program's comment says what the program is
			begins = strings.ToUpper(f.Doc.Text()[:min(1, len(f.Doc.Text()))])
		}
		packages[filepath.Dir(file)] = packages[filepath.Dir(file)] || f.Doc != nil && strings.HasPrefix(f.Doc.Text(), begins)
		for _, d := range f.Decls {
			for _, fault := range unexplained(d) {
				t.Errorf("%s: %s", files.Position(fault.at), fault.what)
			}
		}
	}
	for folder, said := range packages {
		if !said {
			t.Errorf("%s has no package comment", folder)
		}
	}
	if len(packages) < 10 {
		t.Errorf("only %d packages were looked at", len(packages))
	}
}

// fault is a name that is not explained.
type fault struct {
	at   token.Pos
	what string
}

func unexplained(d ast.Decl) []fault {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && (d.Recv == nil || ast.IsExported(receiver(d))) {
			return lacks(d.Name, d.Doc)
		}
	case *ast.GenDecl:
		var faults []fault
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() {
					faults = append(faults, lacks(s.Name, firstOf(s.Doc, d.Doc))...)
				}
			case *ast.ValueSpec:
				faults = append(faults, valueLacks(s, d)...)
			}
		}
		return faults
	}
	return nil
}

// valueLacks lets a group of constants or variables share a comment, as the toolchain's own pages do.
func valueLacks(s *ast.ValueSpec, d *ast.GenDecl) []fault {
	i := slices.IndexFunc(s.Names, (*ast.Ident).IsExported)
	switch {
	case i < 0, s.Doc != nil, s.Comment != nil, d.Lparen.IsValid() && d.Doc != nil:
		return nil
	}
	return lacks(s.Names[i], d.Doc)
}

func lacks(name *ast.Ident, doc *ast.CommentGroup) []fault {
	text := doc.Text()
	for _, article := range []string{"A ", "An ", "The "} {
		text = strings.TrimPrefix(text, article)
	}
	rest, begins := strings.CutPrefix(text, name.Name)
	switch {
	case doc == nil:
		return []fault{{name.Pos(), name.Name + " has no doc comment"}}
	case !begins || rest == "" || !strings.ContainsAny(rest[:1], " ,:'\n"):
		return []fault{{name.Pos(), "the comment of " + name.Name + " does not begin with its name"}}
	}
	return nil
}

func receiver(d *ast.FuncDecl) string {
	of := d.Recv.List[0].Type
	if p, ok := of.(*ast.StarExpr); ok {
		of = p.X
	}
	switch g := of.(type) {
	case *ast.IndexExpr:
		of = g.X
	case *ast.IndexListExpr:
		of = g.X
	}
	name, ok := of.(*ast.Ident)
	if !ok {
		return ""
	}
	return name.Name
}

func firstOf(docs ...*ast.CommentGroup) *ast.CommentGroup {
	for _, d := range docs {
		if d != nil {
			return d
		}
	}
	return nil
}

func goFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(house, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".go") && d.Type().IsRegular() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
