-- The first form. A later one adds, so that an older PbxEvents may still read what it knows (min_reader).
create table pbxevents.journal(form integer not null, min_reader integer not null);
insert into pbxevents.journal values(0, 1);

-- A connection, from its beginning to its end.
create table pbxevents.run(id bigint generated always as identity primary key, origin uuid not null, origin_run bigint not null, connection text not null,
  provider text not null, started bigint not null, host text not null, process integer not null, unique(origin, origin_run));

-- The files of listeners from which events come, and up to which of its numbers each has been kept: nothing is kept twice, whatever broke.
create table pbxevents.origin(id uuid primary key, sent bigint not null);

-- What the listener that has a connection (-Standby) knows of it, for the one that takes it over.
create table pbxevents.state(connection text primary key, origin text not null, content bytea not null);

-- Times are ticks of UTC. The parts, 0 to 63: of one call, of one extension, or of one caller, all is in one part, and one worker has it.
create table pbxevents.event(
  seq bigint primary key, run bigint not null, run_seq bigint not null, event_id text not null, received bigint not null, time bigint not null,
  category integer not null, name text not null, call_state integer, outcome integer, flags integer not null,
  call_id text, leg_id text, caller text, callee text, extension text, extension_name text, queue text, queue_name text, tenant text, topic text,
  first_seq bigint, raw bytea not null, call bytea, gap bytea, error bytea, part_call smallint not null, part_extension smallint not null,
  part_caller smallint not null);

-- When the events of each 1024 numbers arrived: what finds a time without an index on every event, and whatever the clocks did.
create table pbxevents.block(id bigint primary key, first bigint not null, last bigint not null) with (fillfactor = 50);

-- Reactions: how far each part of each is (place), what is open or dead (work: 0 waits, 1 runs, 2 dead), what is done, and the finished steps of
-- what is open. What waits for an older one of its order is not due: that one's end makes it so. replay: somebody asked for the event to run again.
create table pbxevents.reaction(id integer generated always as identity primary key, name text not null unique, order_by integer not null, created bigint not null,
  suspended boolean not null default false);
create table pbxevents.place(reaction integer not null, part smallint not null, seq bigint not null, primary key(reaction, part)) with (fillfactor = 50);
create table pbxevents.work(reaction integer not null, seq bigint not null, part smallint not null, order_key text, state smallint not null, tries integer not null,
  cut boolean not null default false, due bigint, first_failed bigint, last_failed bigint, error text, error_id text, stack text, replay boolean not null default false,
  primary key(reaction, seq));
create index work_due on pbxevents.work(reaction, state, due, seq);
create index work_key on pbxevents.work(reaction, order_key, state, seq);
create index work_seq on pbxevents.work(seq);
create table pbxevents.done(reaction integer not null, key text not null, at bigint not null, seq bigint not null, primary key(reaction, key));
create index done_seq on pbxevents.done(seq);
create table pbxevents.step(reaction integer not null, seq bigint not null, name text not null, output text not null, primary key(reaction, seq, name));

-- What somebody asked to run again: the events of a time, of each part up to the last that the reaction had looked at then; those up to after are seen to.
create table pbxevents.replay(id bigint generated always as identity primary key, reaction integer not null, since bigint not null, until bigint not null,
  force boolean not null, lasts bigint[] not null, after bigint not null default 0);

-- Events that were dropped while a reaction still had them open.
create table pbxevents.saved(like pbxevents.event including all);
