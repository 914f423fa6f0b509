# usage: fish drive.fish FILE LINE…
# prints what FILE completes each command line with, a reply a line, and an empty line behind it.
source $argv[1]
for line in $argv[2..-1]
    complete -C $line | string replace -r '\t.*' ''
    echo
end
