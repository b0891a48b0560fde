// What `npm run doctor -- --help` prints.
import { EXIT_FAILED, EXIT_MISCONFIGURED, EXIT_REFUSED, EXIT_USAGE } from "./findings.ts";
import { probeCallsMax } from "./probe/report.ts";
import { resourceCallsMax } from "./resources.ts";

export const help = `Usage: npm run doctor                              is everything right?
       npm run doctor -- check [options]           the same, with options
       npm run doctor -- webhook --url https://…   do webhooks reach the service?
       npm run doctor -- explain --claims '{…}'    what would a caller see?
       npm run doctor -- key <id>                  makes an API key for API_KEYS
       npm run doctor -- purge --url … --app …     has pages forgotten
       npm run doctor -- --probe                   what is the upstream like?

Options stand after --, or npm takes them for its own.

Settings, of check, webhook and explain
  --env-file FILE    NAME=value lines, as in .env or .dev.vars
  --wrangler FILE    [vars] of a wrangler.toml or .jsonc. Platform is then
                     worker; worker-redis where main is src/worker-redis.ts
  --platform NAME    node (the default), worker or worker-redis
  The environment goes before the file, and the file before [vars]. Secrets of
  a Worker can't be read back: those in none of the three are not looked at.

check
  --offline          only the configuration; nobody is asked
  --no-resources     does not ask each resource of the first five apps once,
                     which tells what the token may read
  --claims JSON      with AUTH_MODE session: whether a login with these claims
                     fits into a cookie
  --strict           warnings count as failures, for CI
  --json             one JSON document in place of lines
  It spends at most 3 upstream calls, 3 more for each app, and ${resourceCallsMax(1)} more for each
  of the first five, and says how many.

  --probe            in place of all checks: asks what no document of the upstream
                     tells, of one app, at most ${probeCallsMax} calls, one a second, and
                     prints what was seen without a name, an id or a link, so
                     that it can be sent to others. Ends with 1 where the limit is
                     spent meanwhile
  --app NAME         with --probe: this app, by alias or id; the first unless given

webhook
  --url URL          the service's address for webhooks, as RealtimeKit calls it:
                     https://<host>/v1/webhooks/realtimekit
  --app NAME         only this app, by alias or id; every app unless given
  --create           registers a webhook where an app has none with this address,
                     and adds the events that one with it lacks; deletes nothing
  --strict, --json   as for check
  It spends at most 2 upstream calls for each app. Only --create writes there.

explain
  --claims JSON      the claims of the token; with AUTH_MODE jwt, access
                     and session
  --subject TEXT     who it is about: sub in place of the claims' own, or the
                     id of an API key; with AUTH_MODE key
  --app NAME         only this app, by alias or id
  --resource NAME    what of it, as policies call it; sessions unless given
  --query TEXT       a question, as in the address: 'status=LIVE&per_page=5'

purge
  --url URL          where the service is: https://<host>
  --app NAME         whose pages, by alias or id
  --meeting ID       only those about this meeting; or
  --session ID       only those about this session
  --hard             no older page may be shown any more, not even while the
                     upstream fails
  --token TEXT       an API key, or a token of the login; better RTKB_TOKEN in
                     the environment, where no list of processes shows it
  Behind Cloudflare Access, CF_ACCESS_CLIENT_ID and CF_ACCESS_CLIENT_SECRET of a
  service token are sent. None of these is ever printed.

  --help, -h         this text

Lines begin with ok, note (to know; never counts), warn (counts with --strict)
or FAIL. What to do stands after the arrow.

Examples
  npm run doctor -- --env-file .env
  npm run doctor -- --wrangler wrangler.toml --env-file .dev.vars
  npm run doctor -- --offline --strict --wrangler wrangler.toml
  npm run doctor -- webhook --url https://live.example/v1/webhooks/realtimekit
  npm run doctor -- explain --claims '{"roles":["teacher"]}' --app school
  npm run doctor -- purge --url https://bff.example --app school --hard

Exit codes: 0 all is well, shown, or recorded; ${EXIT_FAILED} a check or a purge failed;
            ${EXIT_USAGE} used wrongly;
            ${EXIT_REFUSED} explain: refused; ${EXIT_MISCONFIGURED} the configuration can't be used.
More: docs/doctor.md, docs/settings.md`;
