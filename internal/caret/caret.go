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

// Column is where it is wrong, in characters from 1.
func (e *Error) Column() int { return 1 + utf8.RuneCountInString(e.Expr[:min(e.Offset, len(e.Expr))]) }

// Error is one line.
func (e *Error) Error() string { return fmt.Sprintf("column %d: %s", e.Column(), e.Text) }

// Mark is the expression, and a line below it with a caret under the place. Whatever is no printable
// character is a blank: it takes one column, and is nothing that a terminal obeys.
func (e *Error) Mark() string {
	line := strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == utf8.RuneError {
			return ' '
		}
		return r
	}, e.Expr)
	return line + "\n" + strings.Repeat(" ", e.Column()-1) + "^\n"
}
