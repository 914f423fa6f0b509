# usage: bash drive.bash FILE LINE…
# prints what FILE completes each command line with, a reply a line, and an empty line behind it.
set -u # as some have it
source "$1"
shift
for line; do
    set -f
    COMP_WORDS=(${line//=/ = }) # as readline cuts it
    set +f
    [[ $line == *[\ =] ]] && COMP_WORDS+=('')
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    [[ ${COMP_WORDS[COMP_CWORD - 1]} == = && ! ${COMP_WORDS[COMP_CWORD]} ]] && unset "COMP_WORDS[COMP_CWORD--]"
    _icmpdump
    for reply in "${COMPREPLY[@]}"; do
        printf '%s\n' "$reply"
    done
    echo
done
