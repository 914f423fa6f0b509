# Makes Tab print what is offered, between two control characters, and delete the line.
compadd() {
    if [[ ${@[1,(i)(-|--)]} != *-(O|A|D)\ * ]]; then # those only ask
        local -a hits
        builtin compadd -O hits "$@"
        (($#hits)) && print -rl -- $hits
    fi
    builtin compadd "$@"
}
offers() {
    print -n '\x02'
    _main_complete
    print -n '\x03'
    compstate[insert]= compstate[list]=
}
zle -C offers complete-word offers
offers-and-delete() { zle offers; zle kill-buffer }
zle -N offers-and-delete
bindkey '^I' offers-and-delete
print '\x02ready\x03'
