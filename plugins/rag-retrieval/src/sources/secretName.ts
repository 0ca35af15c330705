import { patternsOf } from "./IgnoreRules.ts"

/** Files in which tools keep passwords, tokens and private keys, by the names that their documentation gives them. */
const secrets = patternsOf(
  `.env .env.* *.env .envrc !.env.example !.env.sample
   .npmrc .yarnrc.yml .pypirc .netrc _netrc .git-credentials .pgpass .my.cnf .htpasswd .vault-token .dockercfg .boto .s3cfg
   **/.aws/credentials **/.docker/config.json **/.kube/config **/.cargo/credentials **/.cargo/credentials.toml
   **/.gem/credentials **/.config/gh/hosts.yml application_default_credentials.json
   *.tfstate *.tfstate.backup *.tfvars .terraformrc credentials.tfrc.json
   id_rsa id_dsa id_ecdsa id_ecdsa_sk id_ed25519 id_ed25519_sk *.pem *.key *.p8 *.p12 *.pfx *.jks *.keystore *.ppk *.kdbx **/.gnupg/**`.split(
    /\s+/,
  ),
)

/** Why a file is not to be indexed, by its name. */
export const secretName = (path: string): string | undefined =>
  secrets.ignores(path) ? "it may hold secrets, which do not belong into an index" : undefined
