package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"
)

// Each goroutine begins with its guard, and defers nothing that would tell others of its end: see
// internal/rescue.
func TestGoroutinesAreGuarded(t *testing.T) {
	goroutines := 0
	walkProgram(t, func(path string, f *ast.File) {
		if strings.HasPrefix(path, "internal/rescue/") {
			return
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if begun, ok := goroutine(n); ok {
				goroutines++
				if why := unguarded(begun); why != "" {
					t.Errorf("%s: a goroutine %s", path, why)
				}
			}
			return true
		})
	})
	if goroutines < 10 { // or it finds nothing
		t.Errorf("%d goroutines, want at least 10", goroutines)
	}
}

// goroutine is the function that n has run on a goroutine of its own, if it does.
func goroutine(n ast.Node) (begun ast.Expr, ok bool) {
	switch n := n.(type) {
	case *ast.GoStmt:
		return n.Call.Fun, true
	case *ast.CallExpr:
		sel, ok := n.Fun.(*ast.SelectorExpr)
		if ok && len(n.Args) > 0 && (sel.Sel.Name == "Go" || sel.Sel.Name == "AfterFunc") {
			return n.Args[len(n.Args)-1], true
		}
	case *ast.FuncDecl:
		if n.Name.Name == "run" && n.Recv == nil { // main's goroutine
			return &ast.FuncLit{Type: n.Type, Body: n.Body}, true
		}
	}
	return nil, false
}

// unguarded says why a function may not be begun as a goroutine, if it may not.
func unguarded(begun ast.Expr) string {
	lit, ok := begun.(*ast.FuncLit)
	if !ok {
		return "is not written as a function with a guard"
	}
	body := lit.Body.List
	isDefer := func(stmt ast.Stmt) bool { _, ok := stmt.(*ast.DeferStmt); return ok }
	if len(body) == 0 || !isDefer(body[0]) || types.ExprString(body[0].(*ast.DeferStmt).Call) != "rescue.Guard()" {
		return "does not begin with its guard"
	}
	if slices.ContainsFunc(body[1:], isDefer) {
		return "defers more than its guard"
	}
	return ""
}

func TestUnguarded(t *testing.T) {
	const guard, end = "does not begin with its guard", "defers more than its guard"
	for _, tt := range []struct{ code, want string }{
		{"go func() { defer rescue.Guard(); f() }()", ""},
		{"go f()", "is not written as a function with a guard"},
		{"go func() {}()", guard},
		{"go func() { f() }()", guard},
		{"go func() { defer close(done); defer rescue.Guard(); f() }()", guard},
		{"go func() { defer rescue.Guard(); defer close(done); f() }()", end},
		{"all.Go(func() { f() })", guard},
		{"time.AfterFunc(d, f)", "is not written as a function with a guard"},
		{"defer context.AfterFunc(ctx, func() { f() })()", guard},
	} {
		f, err := parser.ParseFile(token.NewFileSet(), "", "package p; func x() { "+tt.code+" }", parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		ast.Inspect(f, func(n ast.Node) bool {
			if begun, ok := goroutine(n); ok {
				found++
				if got := unguarded(begun); got != tt.want {
					t.Errorf("%s: got %q, want %q", tt.code, got, tt.want)
				}
			}
			return true
		})
		if found != 1 {
			t.Errorf("%s: %d goroutines were found", tt.code, found)
		}
	}
}
