-- The first form. A later one adds, so that an older PbxEvents may still read what it knows (min_reader).
create table journal(min_reader integer not null);
insert into journal values(1);

-- A connection, from its beginning to its end.
create table run(id integer primary key, connection text not null, provider text not null, started integer not null, host text not null, process integer not null);

-- Times are ticks of UTC. Short columns come first: what looks for some of them never reads a payload.
create table event(
  seq integer primary key, run integer not null, run_seq integer not null, event_id text not null, received integer not null, time integer not null,
  category integer not null, name text not null, call_state integer, outcome integer, flags integer not null,
  call_id text, leg_id text, caller text, callee text, extension text, queue text, tenant text, topic text,
  first_seq integer, raw blob, call blob, gap blob, error blob);

-- When the events of each 1024 numbers arrived: what finds a time without an index on every event, and whatever the clock did.
create table block(id integer primary key, first integer not null, last integer not null);
