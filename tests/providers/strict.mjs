// An OpenID provider by the book (npm oidc-provider). It logs anybody in who comes, as the person that the first
// argument of its settings names, and leaves everything else to the library. Its settings come as JSON in the
// environment; it says its issuer on one line and ends when its input does.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import Provider from "oidc-provider";

const { auth, secret, jwks, redirect, person, claim, scope, level } = JSON.parse(process.env.PROVIDER);
const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    acrValues: [level],
    claims: { openid: ["sub", "sid"], [scope]: [claim] },
    clients: [
      {
        client_id: "digiteam",
        token_endpoint_auth_method: auth,
        ...(auth === "private_key_jwt" ? { jwks } : { client_secret: secret }),
        ...(auth === "private_key_jwt" ? { token_endpoint_auth_signing_alg: "ES256" } : {}),
        jwks,
        redirect_uris: [redirect],
        grant_types: ["authorization_code"],
        response_types: ["code"],
        id_token_signed_response_alg: "ES256",
        userinfo_signed_response_alg: "ES256",
        request_object_signing_alg: "ES256",
        require_auth_time: true,
      },
    ],
    clientAuthMethods: ["private_key_jwt", "client_secret_basic", "client_secret_post"],
    conformIdTokenClaims: false,
    cookies: { keys: ["for this run"] },
    enabledJWA: { requestObjectSigningAlgValues: ["ES256"] },
    features: {
      claimsParameter: { enabled: true },
      devInteractions: { enabled: false },
      jwtUserinfo: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      requestObjects: { enabled: true },
    },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, [claim]: person }) }),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kid: "one", alg: "ES256", use: "sig" }] },
    loadExistingGrant: async (ctx) => {
      const grant = new provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope(`openid ${scope}`);
      await grant.save();
      return grant;
    },
    pkce: { required: () => true },
  });
  // What goes wrong here is the library's word or this file's fault.
  provider.on("server_error", (_, error) => process.stderr.write(`${error.stack}\n`));
  const answer = provider.callback();
  server.on("request", async (req, res) => {
    if (!req.url.startsWith("/interaction/")) return answer(req, res);
    await provider.interactionFinished(req, res, { login: { accountId: "somebody", acr: level, amr: ["mfa"] } });
  });
  process.stdout.write(`issuer ${issuer}\n`);
});
process.stdin.on("end", () => process.exit(0)).resume();
