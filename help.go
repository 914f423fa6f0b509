package main

const helpText = `icmpdump shows every ICMP and ICMPv6 packet of this host, a line each, and says
which request a reply answers, how long it took, and what was lost.

usage: icmpdump [options] [filter]
       icmpdump -r FILE [options] [filter]
       icmpdump flows [options] [filter]
                                  no lines; at the end one for each conversation
       icmpdump top [options] [filter]
                                  the full screen: a table of conversations, as they go on
       icmpdump schema            the JSON Schema of what --json prints

examples:
  sudo icmpdump                     all interfaces, until Ctrl-C
  sudo icmpdump -i eth0 -c 20       20 packets of one interface
  sudo icmpdump -i eth0,eth1 -Q in  what comes in on two
  sudo icmpdump | grep --line-buffered note=LOST
                                    requests that got no answer, as they happen
  icmpdump -tttt -r trace.pcap      a capture file, with dates
  icmpdump -r trace.pcap --json | jq 'select(.rtt_ns > 50000000)'
                                    answers that took more than 50 ms
  sudo icmpdump -w ring.pcapng -C 100M -W 10
                                    the last gigabyte, in ten files
  icmpdump flows -r trace.pcap --sort lost --top 10
                                    the ten conversations that lost most
  sudo icmpdump top -i eth0         who pings whom, and what is lost, as it happens

where from:
  -i IF         listen on IF: a name, an index of -D, several with commas; may be
                repeated. The default is any, all interfaces
  -D            list the interfaces, and exit
  -r FILE       read a pcap or pcapng file, also of gzip or zstd; - for standard input.
                May be repeated: files are read one after the other, as if they were one
  -Q DIR        only packets that go in, out, or inout (the default). Of in or out
                alone, nothing can be said to be lost
  -c COUNT      stop after COUNT packets
  -p            no promiscuous mode
  -s BYTES      keep so much of each packet (262144)
  -B KIB        size of the ring that the kernel fills (16384)
  --workers N   share the packets out among N such rings, each with its own reader (1)

which of them:
  filter        an expression as tcpdump has it, pcap-filter(7):
                  host 10.0.0.5 and not net 10.9.0.0/16
                  'icmp[icmptype] == icmp-unreach'
                and id, seq, ttl, type and quoted host: docs/filters.md
  -F FILE       the filter is in FILE; - for standard input
  -d            print the program that the kernel runs for it, and exit; -dd as an
                array in C, -ddd as numbers

how it looks:
  -t            no time; -tt seconds since 1970, -ttt since the line before,
                -tttt with the date, -ttttt since the first line
  --nano, --micro
                times with nanoseconds, or microseconds (the default); the same as
                --time-stamp-precision=nano
  -#            begin with the packet's number
  --no-lost     no lines of lost requests, which are counted all the same
  -q            shorter: without what stands behind the bar
  -v            more: the IP header, what is known of each checksum, what an error
                quotes, options and records; -vv and -vvv more of these, all on one line
  -e            the link header too
  -x, -X        the packet in hexadecimal behind its line; -X in ASCII as well;
                -xx, -XX from the link header on
  -A            the packet in ASCII behind its line; -AA from the link header on
  --counters=off
                the same as -q
  --json        one JSON object a line
  --color WHEN  colours by meaning: auto (the default) on a terminal, always, never.
                NO_COLOR and CLICOLOR_FORCE are heeded by auto
  --stats       at the end, account for every packet
  --fps N       on a terminal, write the row of totals, and the full screen, up to N
                times a second (4)
  --on-stall WHAT
                when the output is too slow for what comes in: skip (the default)
                leaves out lines, counts them and says so; block waits, and what
                finds the ring full is dropped by the kernel. From a file it waits

  --names       names instead of addresses. Live, no line waits for one: the first of an
                address has the number, and a later one the name
  -N            the same, only the part before the first dot
  -n, -l        accepted: addresses are numbers without --names, ports always, and every
                line is written at once

on a terminal:
  the last row has the totals. Tab goes to the full screen and back, q ends, Enter makes
  an empty line, ? shows the keys. More than 200 lines a second are counted in one,
  '… 12431 more (1.0 s)', but for 50 of lost requests and errors; with -v all are shown.
  On the full screen, j k g G PgUp PgDn move, Enter shows one flow and Esc all, / n N
  search, f filters as --where does, s S sort, w saves the flow, Space freezes the view,
  d shows names, u UTC, r begins counting anew, ? shows all keys, Q ends and prints it.
  From a file, top stays when all is read

into files:
  -w FILE       write the packets to FILE, and print no lines: pcap if its name ends in
                .pcap or .cap, else pcapng; - for standard output
  --print       print them as well
  --comment     with what a line says behind the bar as each packet's comment (pcapng)
  -C SIZE       go on in another file when one has SIZE: in millions of bytes, or 500k,
                100M, 2G (of 1024); their names have numbers at the end
  -G SECONDS    go on in another file every SECONDS; FILE is what strftime(3) makes of it
  -W COUNT      with -C, so many files, again and again; with -G, end after so many
  -U            write each packet at once, and not twice a second
                SIGHUP makes the file anew when it was renamed

what is shown:
  --where EXPR  show only what EXPR is true of, once replies are paired with requests:
                'rtt > 50ms', 'note in (DUP,LOST) and src in 10.0.0.0/8', 'ttl < 5',
                'cause ~ "udp"', 'type == unreachable/port or not id'. Fields are those
                behind the bar, and those of JSON; one by itself asks whether it is there.
                Everything is counted all the same. -c counts what is shown

what counts:
  --reply-timeout TIME
                a request without an answer is lost after TIME: 10 or 10s (the default),
                500ms, 1m30s
  --late TIME   an answer can come until then (60s)
  --flow-idle TIME
                a conversation is over after TIME without a packet (120s)
  --max-flows N
                remember so many (65536)

flows:
  --csv         comma-separated values; --json for a flow event each
  --sort KEY    by start (the default), the first on top; or, the most on top, by end,
                duration, packets or another count or time: lost, loss, dup, p95-ms.
                With top, what the screen begins with: start, lost, loss, rtt, p95,
                requests, errors or end
  --top N       only the first N

  -h, --help    this text
  --version     the version

A line, up to the bar, is what tcpdump -n prints. Behind it: requests and replies of
this identifier so far (req, rep), of them waiting (pend), lost, late, dup; the time
from request to reply (rtt); what an error is about (cause). The totals come at the
end, and at SIGUSR1, on stderr.

exit status: 0 done, 1 an input or output failed, 2 usage, 4 no permission.
`
