/** A Nix that no machine of ours has any more. */

/** Its manual: neither the options nor the commands that there are since 2.4, and no configuration to be switched on. */
export const nix23 = `case "$1" in
  --version) echo "nix (Nix) 2.3.16" ;;
  show-config) echo "build-users-group ="; echo "system = x86_64-linux" ;;
  eval) echo "error: unrecognised flag '--extra-experimental-features'" >&2; exit 1 ;;
  -*) echo "error: unrecognised flag '$1'" >&2; exit 1 ;;
  *) echo "error: '$1' is not a recognised command" >&2; exit 1 ;;
esac`;
