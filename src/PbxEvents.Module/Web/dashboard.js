'use strict';
(() => {
  const $ = id => document.getElementById(id);
  const seen = { day: null, calls: null, queues: null, agents: null, unreached: null, health: null, gaps: null, fault: null };
  let ahead = 0;          // how far the listener's clock is ahead of the browser's
  let heardAt = 0;        // when anything came last
  let paused = false;
  let source = null;
  let waiting = 500;
  let clocks = [];        // cells that count on: [cell, beginning, limit]

  // Text of others only ever becomes text.
  const make = (tag, text, className) => {
    const element = document.createElement(tag);
    if (text !== undefined && text !== null) element.textContent = text;
    if (className) element.className = className;
    return element;
  };
  const now = () => Date.now() + ahead;
  const two = number => String(number).padStart(2, '0');
  const time = at => { const d = new Date(at); return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`; };
  const moment = at => { const d = new Date(at); return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${time(at)}`; };
  const span = seconds => {
    const s = Math.max(0, Math.floor(seconds));
    const rest = `${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
    return s < 3600 ? rest.replace(/^0/, '') : `${Math.floor(s / 3600)}:${rest}`;
  };
  const named = (key, name) => name ? [key, name] : [key ?? ''];

  // A cell is a text, [text, second line], or { since, limit } for a time that runs.
  const fill = (cell, value) => {
    if (value && value.since !== undefined) {
      clocks.push([cell, value.since, value.limit]);
      return;
    }
    const [first, second] = Array.isArray(value) ? value : [value];
    cell.append(make('bdi', first ?? ''));
    if (second) cell.append(make('bdi', second, 'second'));
  };

  // Rows that stay keep their element, so that a reader's place and marked text stay too.
  const table = (id, columns, rows, more, nothing) => {
    const home = $(id);
    if (rows.length === 0) {
      home.replaceChildren(make('p', nothing, 'nothing'));
      return;
    }
    let body = home.querySelector('tbody');
    if (!body) {
      const whole = make('table');
      const head = make('tr');
      for (const column of columns) {
        const cell = make('th', column.name, column.className);
        cell.scope = 'col';
        head.append(cell);
      }
      whole.append(make('thead'), make('tbody'));
      whole.firstChild.append(head);
      body = whole.lastChild;
      home.replaceChildren(whole, make('p', null, 'soft'));
    }
    const old = new Map([...body.children].map(row => [row.dataset.key, row]));
    const isFirst = old.size === 0;
    rows.forEach((row, place) => {
      const key = JSON.stringify([row.connection, row.id ?? row.queue ?? row.extension ?? row.name ?? row.from, row.queue, row.extension, row.kind]);
      const mark = JSON.stringify(row);
      let line = old.get(key);
      old.delete(key);
      if (!line || line.dataset.mark !== mark) {
        const fresh = make('tr');
        fresh.dataset.key = key;
        fresh.dataset.mark = mark;
        columns.forEach((column, at) => {
          const cell = make(at === 0 ? 'th' : 'td', undefined, column.className);
          if (at === 0) cell.scope = 'row';
          const tone = column.tone && column.tone(row);
          if (tone) cell.classList.add(tone);
          fill(cell, column.value(row));
          fresh.append(cell);
        });
        if (!line && !isFirst) fresh.classList.add('fresh');
        if (line) line.replaceWith(fresh);
        line = fresh;
      }
      if (body.children[place] !== line) body.insertBefore(line, body.children[place] ?? null);
    });
    for (const line of old.values()) line.remove();
    home.lastChild.textContent = more > 0 ? `and ${more} more` : '';
  };

  const bad = outcome => outcome === 'Missed' || outcome === 'Abandoned' || outcome === 'Failed' ? 'bad' : 'warn';
  const show = {
    day(data) {
      const tiles = [
        ['Calls in progress', seen.calls ? seen.calls.rows.length + seen.calls.more : 0],
        ['Waiting in queues', seen.queues ? seen.queues.rows.reduce((sum, q) => sum + (q.waiting ?? 0), 0) : 0],
        ['Ended today', data.calls],
        ['Answered', data.answered],
        ['Reached nobody', data.unreached],
        [`Answered within ${data.level} s`, data.waits ? `${(100 * data.inTime / data.waits).toFixed(1)} %` : '–'],
        ['Longest wait', data.longest === undefined ? '–' : span(data.longest)],
      ];
      if (data.unknown) tiles.splice(5, 0, ['Not seen whole', data.unknown]);
      const home = $('tiles');
      tiles.forEach(([name, value], at) => {
        let tile = home.children[at];
        if (!tile) {
          tile = make('div');
          tile.append(make('dt'), make('dd'));
          home.append(tile);
        }
        if (tile.firstChild.textContent !== name) tile.firstChild.textContent = name;
        if (tile.lastChild.textContent !== String(value)) tile.lastChild.textContent = value;
      });
      while (home.children.length > tiles.length) home.lastChild.remove();
      $('since').hidden = data.since === undefined;
      if (data.since !== undefined) $('since').textContent = `Calls are known since ${time(data.since)}.`;
      document.title = `${tiles[0][1]} calls, ${tiles[1][1]} waiting – PbxEvents`;
    },
    calls(data) {
      table('calls', [
        { name: 'State', value: r => r.state, tone: r => r.state === 'Answered' ? 'good' : r.state === 'Held' || r.state === 'Parked' ? 'warn' : '' },
        { name: 'From', className: 'text', value: r => named(r.from, r.fromName) },
        { name: 'To', className: 'text extra', value: r => r.to },
        { name: 'At', className: 'text', value: r => named(r.extension, r.extensionName) },
        { name: 'Queue', className: 'text extra', value: r => named(r.queue, r.queueName) },
        { name: 'Lasts', className: 'number', value: r => ({ since: r.started }) },
        { name: 'Talk', className: 'number extra', value: r => r.answered === undefined ? '' : { since: r.answered } },
      ], data.rows, data.more, 'No call is in progress.');
    },
    unreached(data) {
      table('unreached', [
        { name: 'Began', value: r => time(r.started) },
        { name: 'From', className: 'text', value: r => named(r.from, r.fromName) },
        { name: 'Queue', className: 'text extra', value: r => named(r.queue, r.queueName) },
        { name: 'At', className: 'text extra', value: r => named(r.extension, r.extensionName) },
        { name: 'Outcome', value: r => r.outcome, tone: r => bad(r.outcome) },
        { name: 'Waited', className: 'number', value: r => r.waited === undefined ? '' : span(r.waited) },
      ], data.rows, Math.max(0, (seen.day ? seen.day.unreached : 0) - data.rows.length), 'Nobody was missed.');
    },
    queues(data) {
      table('queues', [
        { name: 'Queue', className: 'text', value: r => named(r.queue, r.name) },
        { name: 'Waiting', className: 'number', value: r => r.waiting ?? '', tone: r => r.waiting ? 'warn' : '' },
        { name: 'Longest', className: 'number', value: r => r.longest === undefined ? '' : { since: r.longest, limit: data.level } },
        { name: 'Talking', className: 'number', value: r => r.talking ?? '' },
        { name: 'Answered', className: 'number extra', value: r => r.answered ?? '' },
        { name: 'Lost', className: 'number', value: r => r.lost ?? '' },
      ], data.rows, data.more, 'No queue was spoken of yet.');
    },
    agents(data) {
      table('agents', [
        { name: 'Agent', className: 'text', value: r => named(r.extension, r.name) },
        { name: 'State', value: r => r.state ?? '' },
        { name: 'Queue', className: 'text', value: r => named(r.queue, r.queueName) },
        { name: 'Since', className: 'number', value: r => ({ since: r.since }) },
      ], data.rows, data.more, 'No agent was spoken of yet.');
    },
    health(data) {
      table('health', [
        { name: 'Name', className: 'text', value: r => [r.name, r.provider ? `${r.provider} ${r.server}` : r.kind] },
        { name: 'Healthy', value: r => r.healthy ? 'yes' : 'no', tone: r => r.healthy ? 'good' : 'bad' },
        { name: 'How it stands', className: 'text', value: r => r.reason },
        { name: 'Events', className: 'number extra', value: r => r.received ?? '' },
        { name: 'Reconnects', className: 'number extra', value: r => r.reconnects ?? '' },
        { name: 'Heard', className: 'number', value: r => r.heard === undefined ? '' : { since: r.heard } },
      ], data.rows, data.more, 'There is no connection.');
    },
    gaps(data) {
      table('gaps', [
        { name: 'From', value: r => moment(r.from) },
        { name: 'Connection', className: 'text', value: r => r.connection },
        { name: 'Lasted', className: 'number', value: r => span((r.to - r.from) / 1000) },
        { name: 'Why', value: r => r.reason },
        { name: 'Calls', className: 'text', value: r => [r.recovery, r.detail], tone: r => r.recovery === 'Recovered' ? 'good' : 'warn' },
      ], data.rows, data.more, 'Nothing was missed.');
    },
    fault(data) {
      $('fault').hidden = false;
      $('fault').textContent = `The page cannot be made anew: ${data.why}`;
    },
  };

  const tick = () => {
    const at = now();
    clocks = clocks.filter(([cell]) => cell.isConnected);
    for (const [cell, since, limit] of clocks) {
      const seconds = (at - since) / 1000;
      const text = span(seconds);
      if (cell.textContent !== text) cell.textContent = text;
      cell.classList.toggle('late', limit !== undefined && seconds > limit);
    }
    $('clock').textContent = heardAt ? time(at) : '';
  };
  const state = (name, text) => {
    $('link').className = name;
    if ($('linkText').textContent !== text) $('linkText').textContent = text;
  };
  const draw = name => {
    if (paused || !seen[name]) return;
    show[name](seen[name]);
    if (name === 'calls' || name === 'queues') draw('day');
    if (name === 'day' && seen.unreached) show.unreached(seen.unreached);
    if (name !== 'fault') $('fault').hidden = true;
  };

  const open = () => {
    source = new EventSource('events');
    source.addEventListener('clock', e => {
      ahead = Number(e.data) - Date.now();
      heardAt = Date.now();
      waiting = 500;
      state('live', paused ? 'Paused' : 'Live');
      if (!paused) tick();
    });
    for (const name of Object.keys(show)) {
      source.addEventListener(name, e => {
        if (name !== 'fault') seen.fault = null;
        seen[name] = JSON.parse(e.data);
        draw(name);
      });
    }
    source.onerror = () => lost();
  };
  // The browser tries again by itself only after some errors; this does after all of them.
  const lost = () => {
    if (!source) return;
    source.close();
    source = null;
    heardAt = 0;
    state('lost', 'Connection to the listener lost; trying again');
    setTimeout(open, waiting);
    waiting = Math.min(waiting * 2, 5000);
  };
  setInterval(() => {
    if (heardAt && Date.now() - heardAt > 20000) lost();
    if (!paused && heardAt) tick();
  }, 1000);
  $('pause').addEventListener('click', () => {
    paused = !paused;
    $('pause').setAttribute('aria-pressed', String(paused));
    $('pause').textContent = paused ? 'Go on' : 'Pause';
    state('live', paused ? 'Paused' : 'Live');
    if (!paused) { Object.keys(show).forEach(draw); tick(); }
  });
  open();
})();
