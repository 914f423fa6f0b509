package render

import "testing"

func TestProgress(t *testing.T) {
	const mib, sec = 1 << 20, 1e9
	for _, tt := range []struct {
		p    Progress
		want string
	}{
		{Progress{Total: 100 * mib}, "0%, 0 of 100 MiB, 0 records"},
		{Progress{Read: mib, Total: 100 * mib, Records: 1}, "1%, 1 of 100 MiB, 1 record"},
		{Progress{Read: 99*mib + 5, Total: 200 * mib, Records: 1234567, Elapsed: 10 * sec}, "49%, 99 of 200 MiB, 1234567 records, 0:10 left"},
		{Progress{Read: mib, Total: 1000 * mib, Records: 9, Elapsed: sec}, "0%, 1 of 1000 MiB, 9 records, 16:39 left"},
		{Progress{Read: 200 * mib, Total: 200 * mib, Records: 9, Elapsed: sec}, "100%, 200 of 200 MiB, 9 records, 0:00 left"},
		{Progress{Read: 99 * mib, Total: 200 * mib, Records: 1234567, Elapsed: sec / 2}, "49%, 99 of 200 MiB, 1234567 records"},
		{Progress{Read: 99 * mib, Total: 200 * mib, Records: 1234567, Elapsed: 10 * sec, Width: 20}, "49%, 99 of 200 MiB,"},
		{Progress{Read: 99 * mib, Total: 200 * mib, Width: 1}, ""},
		{Progress{Read: 99 * mib, Total: 200 * mib, Width: 80}, "49%, 99 of 200 MiB, 0 records"},
		{Progress{Read: 300 * mib, Total: 200 * mib, Elapsed: sec}, "100%, 300 of 200 MiB, 0 records, 0:00 left"}, // it grew
	} {
		if got, want := string(tt.p.AppendLine(nil)), "\r"+tt.want+"\x1b[K"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
