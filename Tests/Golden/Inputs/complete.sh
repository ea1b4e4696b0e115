eval "$(lapwing completion bash)"
complete_words() {
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    _lapwing
    echo "$* => ${COMPREPLY[*]}"
}
complete_words lapwing te
complete_words lapwing test --u
complete_words lapwing test --output ''
complete_words lapwing test --output = js
complete_words lapwing check ru
complete_words lapwing check rules ru
complete_words lapwing completion f
