// Package caret says where in an expression that a person wrote something is wrong.
package caret

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// An Error is what is wrong at one place of an expression.
type Error struct {
	Expr   string // as it was written
	Offset int    // in bytes, from its beginning; its length if it ends too early
	Text   string // what is wrong, and what was expected
}

// line is the line that the place is in, its number from 1, and where in it the place is.
func (e *Error) line() (line string, number, offset int) {
	offset = min(e.Offset, len(e.Expr))
	begin := strings.LastIndexByte(e.Expr[:offset], '\n') + 1
	line, _, _ = strings.Cut(e.Expr[begin:], "\n")
	return line, 1 + strings.Count(e.Expr[:begin], "\n"), offset - begin
}

// Column is where in its line it is wrong, in characters from 1.
func (e *Error) Column() int {
	line, _, offset := e.line()
	return 1 + utf8.RuneCountInString(line[:offset])
}

// Error is one line. It says in which line of an expression that has several.
func (e *Error) Error() string {
	if strings.Contains(e.Expr, "\n") {
		_, number, _ := e.line()
		return fmt.Sprintf("line %d, column %d: %s", number, e.Column(), e.Text)
	}
	return fmt.Sprintf("column %d: %s", e.Column(), e.Text)
}

// Mark is the line of the expression, and one below it with a caret under the place. Whatever is no
// printable character is a blank: it takes one column, and is nothing that a terminal obeys.
func (e *Error) Mark() string {
	expr, _, _ := e.line()
	line := strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == utf8.RuneError {
			return ' '
		}
		return r
	}, expr)
	return line + "\n" + strings.Repeat(" ", e.Column()-1) + "^\n"
}
