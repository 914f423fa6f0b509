# usage: zsh -f drive.zsh FILE LINE…
# prints what FILE completes each command line with, a reply a line, and an empty line behind it. The
# lines are typed in a shell of its own, in which Tab prints what is offered and deletes the line.
zmodload zsh/zpty
file=$1
shift
zpty inner zsh -f -i
zpty -w inner "PS1=; fpath=(${(q)file:h} \$fpath); autoload -Uz compinit; compinit -D -u; source ${(q)0:a:h}/offers.zsh"
zpty -r inner out $'*\x02ready\x03*'
for line; do
    zpty -n -w inner "$line"$'\t'
    zpty -r inner out $'*\x02*\x03*'
    out=${${out##*$'\x02'}%%$'\x03'*}
    print -r -- ${out//$'\r'/}
done
zpty -d inner
