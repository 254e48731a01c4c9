/**
 * Completion for bash 3.2 and later without the package bash-completion, which a Mac's bash lacks.
 * It calls `oomol-connect complete -- WORDS…`, as the scripts for the other shells do. bash splits words at colons, which
 * block ids have, so the words are taken from the line itself.
 */
export const bashScript = `# bash completion for oomol-connect
_oomol_connect() {
  local line="\${COMP_LINE:0:COMP_POINT}" words cur="" value rest directive=0
  read -ra words <<< "$line"
  if [[ "$line" != *[[:space:]] ]]; then
    cur="\${words[\${#words[@]}-1]}"
    unset "words[\${#words[@]}-1]"
  fi
  COMPREPLY=()
  local before="\${cur%"\${cur##*[:=]}"}"
  while IFS=$'\\t' read -r value rest; do
    case "$value" in
      :*) directive="\${value#:}" ;;
      "$cur"*) COMPREPLY+=("\${value#"$before"}") ;;
    esac
  done < <("\${words[0]}" complete -- "\${words[@]:1}" "$cur" 2> /dev/null)
  if (( \${#COMPREPLY[@]} == 0 && (directive & 4) == 0 )); then
    COMPREPLY=($(compgen -f -- "\${cur#"$before"}"))
    compopt -o filenames 2> /dev/null
  fi
}
complete -F _oomol_connect oomol-connect
`;
