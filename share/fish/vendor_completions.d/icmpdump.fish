# fish completion of icmpdump(8).

set -l sort start end duration packets bytes requests replies lost loss pending late duplicates ooo \
    unsolicited errors multi forgotten repeats rtt p95 max
set -l orders start lost loss rtt p95 requests errors end # with top
set -l filter and or not host net src dst ip ip6 icmp icmp6 proto ether vlan multicast broadcast less \
    greater inbound outbound ifname type id seq ttl quoted
set -l types echo echo-reply unreach time-exceeded redirect parameter-problem packet-too-big timestamp \
    timestamp-reply router-solicitation router-advertisement neighbor-solicitation neighbor-advertisement

# __icmpdump_words prints the words before the cursor that are no options and no values of these.
function __icmpdump_words
    set -l valued i interface r Q direction F c s snapshot-length B buffer-size workers time-stamp-precision \
        counters on-stall color fps where reply-timeout late flow-idle max-flows sort top w C G W
    set -l letters (string join '' (string match -r '^.$' -- $valued))
    set -l value no # is due
    for word in (commandline -opc)[2..-1]
        if test $value = yes
            set value no
        else if string match -q -- '--*' $word
            contains -- (string sub -s 3 -- $word) $valued; and set value yes
        else if string match -q -- '-?*' $word
            string match -qr -- "^-[^$letters]*[$letters]\$" $word; and set value yes
        else
            echo $word
        end
    end
end

# __icmpdump_at reports whether the word before the cursor is one of the arguments; first is the command line's
# beginning.
function __icmpdump_at
    set -l words (__icmpdump_words)
    test (count $words) = 0; and set words first
    contains -- $words[-1] $argv
end

# __icmpdump_top reports whether the command is top.
function __icmpdump_top
    set -l words (__icmpdump_words)
    test "$words[1]" = top
end

# __icmpdump_free reports whether any word of a filter may stand at the cursor.
function __icmpdump_free
    not __icmpdump_at schema type ifname on host net proto id seq ttl less greater
end

# __icmpdump_interfaces prints the interfaces; bonding_masters, which stands among them, is a file.
function __icmpdump_interfaces
    set -l paths /sys/class/net/*/
    string replace -r '.*/([^/]*)/$' '$1' -- $paths
    echo any
end

# __icmpdump_list prints the interfaces, behind those that stand there with commas.
function __icmpdump_list
    set -l there (string match -r '^(?:-[^-]*?i|--interface=)?(.*,)' -- (commandline -ct))[2]
    for name in (__icmpdump_interfaces)
        contains -- $name (string split , -- $there); or echo "$there$name"
    end
end

complete -c icmpdump -f
complete -c icmpdump -n '__icmpdump_at first' -a flows -d 'a row for each conversation'
complete -c icmpdump -n '__icmpdump_at first' -a top -d 'the full screen'
complete -c icmpdump -n '__icmpdump_at first' -a schema -d 'the JSON Schema of what --json prints'
complete -c icmpdump -n '__icmpdump_free' -a "$filter" -d 'word of a filter'
complete -c icmpdump -n '__icmpdump_at type' -a "$types" -d 'type of message'
complete -c icmpdump -n '__icmpdump_at ifname on' -a '(__icmpdump_interfaces)' -d interface
complete -c icmpdump -n '__icmpdump_at host' -a '(__fish_print_hostnames)' -d host

complete -c icmpdump -s i -l interface -x -a '(__icmpdump_list)' -d 'listen on these interfaces'
complete -c icmpdump -s D -l list-interfaces -d 'list the interfaces, and exit'
complete -c icmpdump -s r -x -k -a '(__fish_complete_suffix .pcapng .pcap .cap .gz .zst)' -d 'read a capture file'
complete -c icmpdump -s Q -l direction -x -a 'in out inout' -d 'only packets that go this way'
complete -c icmpdump -s F -r -F -d 'the filter is in a file'
complete -c icmpdump -s d -d 'print the program of the filter, and exit'
complete -c icmpdump -s c -x -d 'stop after so many packets'
complete -c icmpdump -s p -l no-promiscuous-mode -d 'no promiscuous mode'
complete -c icmpdump -s s -l snapshot-length -x -d 'keep so much of each packet'
complete -c icmpdump -s B -l buffer-size -x -d 'size of the ring that the kernel fills'
complete -c icmpdump -l workers -x -d 'share the packets out among so many rings'
complete -c icmpdump -s t -d 'no time; more of them are other times'
complete -c icmpdump -s '#' -l number -d "begin with the packet's number"
complete -c icmpdump -s q -d 'without what stands behind the bar'
complete -c icmpdump -s v -d 'say more'
complete -c icmpdump -s e -d 'the link header too'
complete -c icmpdump -s x -d 'the packet in hexadecimal'
complete -c icmpdump -s X -d 'the packet in hexadecimal and ASCII'
complete -c icmpdump -s A -d 'the packet in ASCII'
complete -c icmpdump -l micro -d 'times with microseconds'
complete -c icmpdump -l nano -d 'times with nanoseconds'
complete -c icmpdump -l time-stamp-precision -x -a 'micro nano' -d 'times with this precision'
complete -c icmpdump -l counters -x -a 'on off' -d 'what stands behind the bar'
complete -c icmpdump -l json -d 'one JSON object a line'
complete -c icmpdump -l stats -d 'account for every packet at the end'
complete -c icmpdump -l on-stall -x -a 'skip block' -d 'when the output is too slow'
complete -c icmpdump -l no-lost -d 'no lines of lost requests'
complete -c icmpdump -l color -x -a 'auto always never' -d 'colour by meaning'
complete -c icmpdump -l fps -x -d 'redraw the screen so often a second'
complete -c icmpdump -l names -d 'resolve addresses to names'
complete -c icmpdump -s N -d 'resolve addresses to the host part of names'
complete -c icmpdump -l where -x -d 'show only what this is true of'
complete -c icmpdump -l reply-timeout -x -d 'a request is lost after this time'
complete -c icmpdump -l late -x -d 'an answer can come until then'
complete -c icmpdump -l flow-idle -x -d 'a conversation is over after this time'
complete -c icmpdump -l max-flows -x -d 'remember so many conversations'
complete -c icmpdump -l csv -d 'rows as comma-separated values'
complete -c icmpdump -l sort -x -n 'not __icmpdump_top' -a "$sort" -d 'sort rows by this'
complete -c icmpdump -l sort -x -n __icmpdump_top -a "$orders" -d 'sort flows by this'
complete -c icmpdump -l top -x -d 'only so many rows'
complete -c icmpdump -s w -r -F -d 'write the packets to a file'
complete -c icmpdump -s C -x -d 'go on in another file when one is so large'
complete -c icmpdump -s G -x -d 'go on in another file so often'
complete -c icmpdump -s W -x -d 'so many files'
complete -c icmpdump -l print -d 'print lines too'
complete -c icmpdump -l comment -d 'what stands behind the bar as comments'
complete -c icmpdump -s n -d 'accepted, as in tcpdump'
complete -c icmpdump -s l -d 'accepted, as in tcpdump'
complete -c icmpdump -s U -l packet-buffered -d 'write each packet to the file at once'
complete -c icmpdump -s h -l help -d 'how to use it'
complete -c icmpdump -l version -d 'the version'
