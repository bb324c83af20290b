// An OpenID provider that breaks one rule at a time (npm oauth2-mock-server). Which one is told to it at POST /fault;
// without one it logs anybody in. Its settings come as JSON in the environment; it says its issuer on one line and ends
// when its input does.
import { generateKeyPairSync, sign } from "node:crypto";
import { Events, OAuth2Server } from "oauth2-mock-server";

const { person, claim, level } = JSON.parse(process.env.PROVIDER);
const seconds = () => Math.floor(Date.now() / 1000);
const server = new OAuth2Server();
await server.issuer.keys.generate("RS256", { kid: "one" });
await server.start(0, "127.0.0.1");
server.issuer.url = `http://127.0.0.1:${server.address().port}`;

// A key that nobody knows, under the name of the known one.
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const signed = (alg, hash, claims) => {
  const head = `${part({ alg, typ: "JWT", kid: "one" })}.${part(claims)}`;
  return `${head}.${sign(hash, Buffer.from(head), privateKey).toString("base64url")}`;
};

const bend = {
  nonce: (claims) => { claims.nonce = "of another login"; },
  no_nonce: (claims) => { delete claims.nonce; },
  audience: (claims) => { claims.aud = "another-client"; },
  issuer: (claims) => { claims.iss = "http://127.0.0.1:1"; },
  expired: (claims) => { claims.exp = seconds() - 120; },
  old_login: (claims) => { claims.auth_time = seconds() - 3600; },
  level: (claims) => { claims.acr = "http://id.elegnamnden.se/loa/1.0/loa1"; },
};

let fault = "";
let claims = {};
server.service.addRoute("POST", "/fault", (req, res) => {
  fault = req.body.fault;
  res.statusCode = 204;
  res.end();
});
server.service.on(Events.BeforeTokenSigning, (token) => {
  // Access tokens have a scope, ID tokens have none.
  if ("scope" in token.payload) return;
  claims = Object.assign(token.payload, { acr: level, auth_time: seconds(), [claim]: person });
  bend[fault]?.(claims);
});
server.service.on(Events.BeforeResponse, (answer) => {
  if (fault === "no_id_token") delete answer.body.id_token;
  if (fault === "foreign_key") answer.body.id_token = signed("RS256", "sha256", claims);
  if (fault === "algorithm") answer.body.id_token = signed("RS512", "sha512", claims);
  if (fault === "unsigned") answer.body.id_token = `${part({ alg: "none" })}.${part(claims)}.`;
  if (fault === "refused") Object.assign(answer, { statusCode: 400, body: { error: "invalid_grant" } });
});
server.service.on(Events.BeforeUserinfo, (answer) => {
  answer.body[claim] = person;
  if (fault === "userinfo_subject") answer.body.sub = "somebody else";
});
process.stdout.write(`issuer ${server.issuer.url}\n`);
process.stdin.on("end", () => process.exit(0)).resume();
