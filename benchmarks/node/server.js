'use strict';
// A real Socket.IO server that plays TelecomX, or with --platform OneCloud the other one, and sends call events:
// node server.js --version 4 --frames telecomx.jsonl
// Prints "port N". Takes orders from stdin and ends when it closes:
//   prepare COUNT   emits that many events to a listener of its own and keeps the bytes; prints "prepared RATE" (events/s)
//   go COUNT        sends these bytes to everybody who is connected
// Emitting costs the server more than reading costs a good client, so what is measured would be the server. Therefore the
// server's own bytes, frame by frame as it made them, are sent again; handshake and heartbeats are the server's throughout.
const fs = require('fs');
const http = require('http');
const net = require('net');
const readline = require('readline');

const options = {};
for (let i = 2; i < process.argv.length; i += 2) options[process.argv[i].replace(/^--/, '')] = process.argv[i + 1];
const revision = options.version === '2' ? 3 : 4;

// OneCloud's API names the hosts of its socket; there is nothing else to look up here.
function answer(request, response) {
  if (options.platform !== 'OneCloud') return response.writeHead(404).end();
  const isHosts = request.url.includes('/configurations/');
  response.writeHead(200, { 'Content-Type': 'application/json' });
  return response.end(JSON.stringify(isHosts ? [{ 'config-value': `127.0.0.1:${request.socket.localPort}` }] : []));
}

const httpServer = http.createServer(answer);
const config = { serveClient: false };
const io = revision === 3
  ? require('socket.io-v2')(httpServer, config)
  : new (require('socket.io-v4').Server)(httpServer, config);

const sockets = new Set();
io.on('connection', (socket) => {
  sockets.add(socket);
  socket.on('disconnect', () => sockets.delete(socket));
  socket.on('authenticate', () => socket.emit('authenticated'));
  socket.on('subscribe', (channel) => (options.platform === 'OneCloud'
    ? socket.emit('status', { status: `Setup Complete (example-domain-<>-${channel.type}-<>-${channel.filter})` })
    : socket.emit('subscribed', { type: channel.type })));
});

const steps = fs.readFileSync(options.frames, 'utf8').trim().split('\n');
function eventAt(i) {
  const call = String(Math.floor(i / steps.length)).padStart(8, '0');
  return JSON.parse(steps[i % steps.length].replaceAll('{c}', call));
}

function frameLength(bytes, at) {
  const short = bytes[at + 1] & 0x7f;
  return short < 126 ? 2 + short : short === 126 ? 4 + bytes.readUInt16BE(at + 2) : 10 + Number(bytes.readBigUInt64BE(at + 2));
}

// Connects to this server as any client does and keeps every byte from the first event on.
function record(count) {
  const started = new Promise((resolve) => io.once('connection', resolve));
  const listener = net.connect(httpServer.address().port, '127.0.0.1', () => listener.write(
    `GET /socket.io/?EIO=${revision}&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n`
    + 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'));
  listener.once('data', () => revision === 4 && listener.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x34, 0x30])));
  return started.then((socket) => new Promise((resolve) => {
    const parts = [];
    let begun;
    // "begin" and "end" are events of their own, so the recording is exactly what lies between them.
    const onData = (part) => {
      parts.push(part);
      if (!part.subarray(-16).includes('["end"]')) return;
      const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
      const all = Buffer.concat(parts);
      const first = all.indexOf('42["begin"]') + '42["begin"]'.length;
      const last = all.indexOf('42["end"]') - 2;
      listener.destroy();
      resolve({ bytes: all.subarray(first, last), rate: Math.round(count / seconds) });
    };
    listener.on('data', onData);
    socket.emit('begin');
    begun = process.hrtime.bigint();
    const emit = (from) => {
      const to = Math.min(from + 256, count);
      for (let i = from; i < to; i++) socket.emit(...eventAt(i));
      if (to === count) socket.emit('end');
      else if (socket.conn.writeBuffer.length === 0) setImmediate(emit, to);
      else socket.conn.once('drain', () => emit(to));
    };
    emit(0);
  }));
}

// Whole frames in pieces of about 64 kB: the server may put a ping between two of them.
function cut(bytes) {
  const pieces = [];
  for (let start = 0, at = 0; at < bytes.length;) {
    at += frameLength(bytes, at);
    if (at - start >= 65536 || at === bytes.length) {
      pieces.push(bytes.subarray(start, at));
      start = at;
    }
  }
  return pieces;
}

function send(socket, pieces) {
  const raw = socket.conn.transport.socket._socket;
  let next = 0;
  const more = () => {
    while (next < pieces.length && !raw.destroyed) if (!raw.write(pieces[next++])) return void raw.once('drain', more);
  };
  more();
}

const recorded = new Map();
async function prepare(count) {
  if (!recorded.has(count)) {
    const { bytes, rate } = await record(count);
    recorded.set(count, { pieces: cut(bytes), rate });
  }
  return recorded.get(count);
}

httpServer.listen(0, '127.0.0.1', () => console.log(`port ${httpServer.address().port}`));
readline.createInterface({ input: process.stdin })
  .on('line', async (line) => {
    const [order, count] = line.split(' ');
    const { pieces, rate } = await prepare(Number(count));
    if (order === 'prepare') console.log(`prepared ${rate}`);
    else if (sockets.size === 0) io.once('connection', (socket) => send(socket, pieces));
    else for (const socket of sockets) send(socket, pieces);
  })
  .on('close', () => process.exit(0));
