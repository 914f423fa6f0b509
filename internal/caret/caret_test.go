package caret

import "testing"

func TestError(t *testing.T) {
	for name, tt := range map[string]struct {
		err        Error
		want, mark string
	}{
		"inside":          {Error{"host and", 5, "expected an address"}, "column 6: expected an address", "host and\n     ^\n"},
		"at the end":      {Error{"net", 3, "expected a network"}, "column 4: expected a network", "net\n   ^\n"},
		"letters of more": {Error{"ü x", 3, "what"}, "column 3: what", "ü x\n  ^\n"},
		"escapes":         {Error{"a\x1b[2J\tb", 6, "what"}, "column 7: what", "a [2J b\n      ^\n"},
		"no UTF-8":        {Error{"\xff\xfe!", 2, "what"}, "column 3: what", "  !\n  ^\n"},
		"a later line":    {Error{"icmp and\n  hots x\n", 11, "what"}, "line 2, column 3: what", "  hots x\n  ^\n"},
		"a line's end":    {Error{"icmp and\nx", 8, "what"}, "line 1, column 9: what", "icmp and\n        ^\n"},
		"behind the end":  {Error{"ab", 9, "what"}, "column 3: what", "ab\n  ^\n"},
	} {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
		if got := tt.err.Mark(); got != tt.mark {
			t.Errorf("%s: marked %q, want %q", name, got, tt.mark)
		}
	}
}
