'use strict';
// Webhooks as Teams, Slack and a service of somebody's own have them: node notify.js. Says its port, then one line of JSON for each post:
// what is wrong with it, and what it says. Paths: /teams, /slack, /hook/<secret>, /busy (429 once), /status/<code>.
const http = require('node:http');
const crypto = require('node:crypto');
// The bundle: the package's main file is for bundlers only.
const cards = require('adaptivecards/dist/adaptivecards.js');
const { Webhook } = require('standardwebhooks');

const say = result => console.log(JSON.stringify(result));

// The parser of the Adaptive Cards project itself.
function teams(message) {
  const wrong = [];
  if (message.type !== 'message') wrong.push('type of the message');
  if (message.attachments?.length !== 1) wrong.push('attachments');
  const attachment = message.attachments[0];
  if (attachment.contentType !== 'application/vnd.microsoft.card.adaptive') wrong.push('contentType');
  const card = new cards.AdaptiveCard();
  const context = new cards.SerializationContext();
  card.parse(attachment.content, context);
  for (let i = 0; i < context.eventCount; i++) wrong.push(context.getEventAt(i).message);
  for (const failure of card.validateProperties().validationEvents) wrong.push(failure.message);
  if (card.getItemCount() !== attachment.content.body.length) wrong.push('an element was not understood');
  const texts = [];
  for (let i = 0; i < card.getItemCount(); i++) {
    const block = card.getItemAt(i);
    if (block.getJsonTypeName() !== 'RichTextBlock') wrong.push(block.getJsonTypeName());
    for (let j = 0; j < block.getInlineCount(); j++) {
      if (block.getInlineAt(j).getJsonTypeName() !== 'TextRun') wrong.push(block.getInlineAt(j).getJsonTypeName());
      texts.push(block.getInlineAt(j).text);
    }
  }
  return { wrong, texts };
}

// The limits and the escaping that Slack's reference gives.
function slack(message) {
  const wrong = [];
  const texts = [];
  const limits = { header: 150, section: 3000 };
  const plain = text => {
    const left = text.replace(/&(amp|lt|gt);/g, '');
    if (/[&<>]/.test(left)) wrong.push('not escaped: ' + text);
    return text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
  };
  if (message.blocks.length > 50) wrong.push('blocks');
  for (const block of message.blocks) {
    if (!(block.type in limits)) wrong.push(block.type);
    if (block.text.type !== 'plain_text') wrong.push(block.text.type);
    if (block.text.text.length < 1 || block.text.text.length > limits[block.type]) wrong.push(`${block.type} of ${block.text.text.length}`);
    texts.push(plain(block.text.text));
  }
  plain(message.text);
  return { wrong, texts };
}

// Checked twice: by the library of Standard Webhooks, and by hand.
function hook(secret, headers, body) {
  const wrong = [];
  const isBase64 = secret.startsWith('whsec_');
  try {
    new Webhook(secret, isBase64 ? undefined : { format: 'raw' }).verify(body, headers);
  } catch (error) {
    wrong.push(error.message);
  }
  const key = isBase64 ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
  const mac = crypto.createHmac('sha256', key).update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`).update(body).digest('base64');
  if (headers['webhook-signature'] !== `v1,${mac}`) wrong.push('signature');
  return { wrong, id: headers['webhook-id'], body: JSON.parse(body) };
}

let busy = 0;
const server = http.createServer((request, response) => {
  const parts = [];
  request.on('data', part => parts.push(part));
  request.on('end', () => {
    const body = Buffer.concat(parts).toString('utf8');
    const path = decodeURIComponent(request.url);
    const answer = (status, text, headers = {}) => response.writeHead(status, headers).end(text);
    if (request.method !== 'POST' || request.headers['content-type'] !== 'application/json') {
      say({ wrong: ['method or type'] });
      answer(400, 'no');
    } else if (path.startsWith('/teams')) {
      say({ bytes: Buffer.byteLength(body), ...teams(JSON.parse(body)) });
      answer(202, '');
    } else if (path.startsWith('/slack')) {
      say(slack(JSON.parse(body)));
      answer(200, 'ok');
    } else if (path.startsWith('/hook/')) {
      say(hook(path.slice(6), request.headers, body));
      answer(204);
    } else if (path.startsWith('/busy')) {
      say({ wrong: [], id: request.headers['webhook-id'] });
      if (++busy === 1) answer(429, 'slow down', { 'Retry-After': '1' });
      else answer(200, 'ok');
    } else if (path.startsWith('/later')) {
      say({ wrong: [] });
      answer(429, 'slow down', { 'Retry-After': '3600' });
    } else {
      const status = Number(path.split('/')[2]);
      say({ wrong: [] });
      answer(status, `refused: ${request.url}`, status === 302 ? { Location: '/slack' } : {});
    }
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => process.exit(0));
process.stdin.resume();
