-- The first form. A later one adds, so that an older PbxEvents may still read what it knows (min_reader).
create table journal(min_reader integer not null);
insert into journal values(1);

-- A connection, from its beginning to its end.
create table run(id integer primary key, connection text not null, provider text not null, started integer not null, host text not null, process integer not null);

-- Times are ticks of UTC. Short columns come first: what looks for some of them never reads a payload.
create table event(
  seq integer primary key, run integer not null, run_seq integer not null, event_id text not null, received integer not null, time integer not null,
  category integer not null, name text not null, call_state integer, outcome integer, flags integer not null,
  call_id text, leg_id text, caller text, callee text, extension text, extension_name text, queue text, queue_name text, tenant text, topic text,
  first_seq integer, raw blob, call blob, gap blob, error blob);

-- When the events of each 1024 numbers arrived: what finds a time without an index on every event, and whatever the clock did.
create table block(id integer primary key, first integer not null, last integer not null);

-- Reactions: how far each is (place), what is open or dead (work: 0 waits, 1 runs, 2 dead), what is done, and the finished steps of what is open.
-- What waits for an older one of its order is not due: that one's end makes it so. replay: somebody asked for the event to run again.
create table reaction(id integer primary key, name text not null unique, place integer not null, created integer not null, suspended integer not null default 0);
create table work(reaction integer not null, seq integer not null, order_key text, state integer not null, tries integer not null, cut integer not null default 0, due integer,
  first_failed integer, last_failed integer, error text, error_id text, stack text, replay integer not null default 0,
  primary key(reaction, seq)) without rowid;
create index work_due on work(reaction, state, due);
create index work_key on work(reaction, order_key, state, seq);
create index work_seq on work(seq);
create table done(reaction integer not null, key text not null, at integer not null, primary key(reaction, key)) without rowid;
create table step(reaction integer not null, seq integer not null, name text not null, output text not null, primary key(reaction, seq, name)) without rowid;

-- What somebody asked to run again: the events of a time, up to the last that the reaction had looked at then, of which those up to after are seen to.
create table replay(id integer primary key, reaction integer not null, since integer not null, until integer not null, force integer not null,
  last integer not null, after integer not null default 0);

-- Events that were dropped while a reaction still had them open: the columns of event.
create table saved as select * from event where 0;
create unique index saved_seq on saved(seq);
