'use strict';
// OneCloud's part, played by a real socket.io 4 server with its version 2 switch on: node onecloud.js [--port 0]
// Token endpoint, look-up of the socket's hosts, subscriptions with their confirmations, call records.
// Prints "port N"; answers lines on stdin with one line each; ends when stdin closes, so it never outlives the tests.
//   subscriptions   JSON: one entry {socket, protocol, transport, stream} for each subscription taken
//   refused         JSON: one reason for each subscription or token request refused
//   call <json>     sends the record to the streams call 1001 and call:queue 4020; answers how many copies were sent
const http = require('http');
const readline = require('readline');
const { randomUUID } = require('crypto');
const { Server } = require('socket.io-v4');

const portAt = process.argv.indexOf('--port');
const tokens = new Set();
const refreshTokens = new Set();
const subscriptions = [];
const refused = [];

function answer(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function grant(form) {
  if (form.get('client_id') !== 'client-1' || form.get('client_secret') !== 'client-secret-1') return false;
  if (form.get('grant_type') === 'refresh_token') return refreshTokens.has(form.get('refresh_token'));
  return form.get('grant_type') === 'password' && form.get('username') === '1001@example-domain' && form.get('password') === 'password-1';
}

const server = http.createServer((request, response) => {
  const path = request.url.split('?')[0];
  if (request.method === 'POST' && path === '/ns-api/oauth2/token/') {
    let body = '';
    request.on('data', (part) => { body += part; });
    request.on('end', () => {
      const form = new URLSearchParams(body);
      if (!grant(form)) {
        refused.push(form.get('grant_type'));
        answer(response, 401, { error: 'invalid_grant' });
        return;
      }
      const token = { access_token: randomUUID(), refresh_token: randomUUID() };
      tokens.add(token.access_token);
      refreshTokens.add(token.refresh_token);
      answer(response, 200, { ...token, expires_in: 3600, token_type: 'Bearer', scope: 'Office Manager', domain: 'example-domain', uid: '1001@example-domain' });
    });
  } else if (path === '/ns-api/v2/configurations/PORTAL_SOCKET_HOSTNAME') {
    const isKnown = tokens.has((request.headers.authorization || '').replace('Bearer ', ''));
    answer(response, isKnown ? 200 : 401, isKnown ? [{ 'config-value': `127.0.0.1:${server.address().port}` }] : { error: 'invalid_token' });
  } else {
    answer(response, 404, {});
  }
});

const io = new Server(server, { allowEIO3: true, serveClient: false });
io.on('connection', (socket) => {
  socket.on('subscribe', (data, reply) => {
    if (!tokens.has(data.bearer)) {
      refused.push('subscribe');
      socket.emit('subscription_error', { message: 'invalid token' });
      return;
    }
    const stream = `${data.domain}-<>-${data.type}-<>-${data.filter || ''}${data.subtype ? `-<T>-${data.subtype}` : ''}`;
    subscriptions.push({ socket: socket.id, protocol: socket.conn.protocol, transport: socket.conn.transport.name, stream });
    socket.join(stream);
    if (reply) reply({ status: 'ok' });
    socket.emit('subscribed');
    socket.emit('status', { status: `Setup Complete (${stream})` });
  });
});

function call(json) {
  const record = JSON.parse(json);
  let copies = 0;
  for (const room of ['example-domain-<>-call-<>-1001', 'example-domain-<>-call-<>-4020-<T>-queue']) {
    const members = io.sockets.adapter.rooms.get(room);
    copies += members ? members.size : 0;
    io.to(room).emit('call', record);
  }
  return copies;
}

server.on('error', (error) => {
  console.log(`error ${error.code}`);
  process.exit(1);
});
server.listen(portAt > 0 ? Number(process.argv[portAt + 1]) : 0, '127.0.0.1', () => console.log(`port ${server.address().port}`));

const lines = readline.createInterface({ input: process.stdin });
lines.on('line', (line) => {
  if (line === 'subscriptions') console.log(JSON.stringify(subscriptions));
  else if (line === 'refused') console.log(JSON.stringify(refused));
  else if (line.startsWith('call ')) console.log(call(line.slice(5)));
});
lines.on('close', () => process.exit(0));
