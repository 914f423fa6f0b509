package where

import "strings"

type tokenKind uint8

const (
	tokenEnd   tokenKind = iota
	tokenWord            // a field, a keyword, or a value
	tokenText            // a value in quotation marks
	tokenOpen            // (
	tokenClose           // )
	tokenComma           // ,
	tokenNot             // !
	tokenAnd             // &&
	tokenOr              // ||
	tokenOp              // == != < <= > >= ~
	tokenWrong           // nothing that there is: text is what is wrong
)

// A token is a part of an expression.
type token struct {
	kind tokenKind
	op   op     // of a tokenOp
	text string // of a word, or between quotation marks
	at   int    // where it begins, in bytes
}

// is reports whether t is a keyword.
func (t *token) is(keyword string) bool {
	return t.kind == tokenWord && strings.EqualFold(t.text, keyword)
}

// A scanner takes an expression apart.
type scanner struct {
	text string
	end  int // of tok
	tok  token
}

const (
	blanks   = " \t\r\n"
	specials = "()=<>!~,&|\"'" // what ends a word
)

// signs are the tokens that are no words, the longest first.
var signs = []struct {
	text string
	kind tokenKind
	op   op
}{
	{"&&", tokenAnd, 0}, {"||", tokenOr, 0}, {"==", tokenOp, opEqual}, {"!=", tokenOp, opUnequal},
	{"<=", tokenOp, opAtMost}, {">=", tokenOp, opAtLeast}, {"=", tokenOp, opEqual}, {"<", tokenOp, opLess},
	{">", tokenOp, opMore}, {"~", tokenOp, opLike}, {"!", tokenNot, 0}, {"(", tokenOpen, 0}, {")", tokenClose, 0},
	{",", tokenComma, 0},
}

// next makes tok the next token.
func (s *scanner) next() {
	at := s.end + len(s.text[s.end:]) - len(strings.TrimLeft(s.text[s.end:], blanks))
	rest := s.text[at:]
	s.tok, s.end = token{at: at}, at
	if rest == "" {
		return
	}
	if rest[0] == '"' || rest[0] == '\'' {
		s.quoted(rest)
		return
	}
	for _, sign := range signs {
		if strings.HasPrefix(rest, sign.text) {
			s.tok.kind, s.tok.op, s.tok.text = sign.kind, sign.op, sign.text
			s.end += len(sign.text)
			return
		}
	}
	n := strings.IndexAny(rest, blanks+specials)
	if n == 0 { // half of a sign
		s.tok.kind, s.tok.text = tokenWrong, rest[:1]+" is no sign: write "+rest[:1]+rest[:1]
		return
	}
	if n < 0 {
		n = len(rest)
	}
	s.tok.kind, s.tok.text = tokenWord, rest[:n]
	s.end += n
}

// quoted reads a value in quotation marks, which rest begins with. A backslash makes a mark or
// another backslash what it is; before all else it is one itself, as a regular expression wants it.
func (s *scanner) quoted(rest string) {
	var text []byte
	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == rest[0]:
			s.tok.kind, s.tok.text = tokenText, string(text)
			s.end += i + 1
			return
		case c == '\\' && i+1 < len(rest) && (rest[i+1] == rest[0] || rest[i+1] == '\\'):
			i++
			text = append(text, rest[i])
		default:
			text = append(text, c)
		}
	}
	s.tok.kind, s.tok.text = tokenWrong, "nothing ends what this quotation mark begins"
}
