'use strict';
// The calls in progress, as a Node program would track TelecomX's. As with PbxEvents each event gets the call as it stood, which
// no later event changes: so each makes a new object, and new legs only where one changed.
const STATES = { CALL_START: 'Ringing', CALL_RING: 'Ringing', CALL_ANSWER: 'Connected', CALL_END: 'Ended' };

function legAfter(leg, event, state) {
  return {
    legId: event.channel,
    role: event.leg === 'I' ? 'Caller' : 'Callee',
    state,
    extension: event.extension || undefined,
    number: event.callee,
    answeredAt: leg?.answeredAt ?? (state === 'Connected' ? Date.now() : undefined),
    endedAt: state === 'Ended' ? Date.now() : undefined,
  };
}

class Tracker {
  constructor() {
    this.calls = new Map();
  }

  take(event) {
    const state = STATES[event.event];
    const before = this.calls.get(event.sessionId);
    const legs = before ? before.legs.slice() : [];
    const at = legs.findIndex((leg) => leg.legId === event.channel);
    const leg = legAfter(legs[at], event, state);
    if (at < 0) legs.push(leg);
    else legs[at] = leg;
    const isOver = legs.every((other) => other.state === 'Ended');
    const call = {
      callId: event.sessionId,
      direction: event.direction === 'I' ? 'Inbound' : 'Outbound',
      from: event.caller,
      fromName: event.callerName,
      to: before ? before.to : event.callee,
      extension: event.extension || before?.extension,
      state: isOver ? 'Ended' : state === 'Ended' ? before?.state : state,
      startedAt: before ? before.startedAt : Date.parse(event.startedAt),
      answeredAt: before?.answeredAt ?? leg.answeredAt,
      endedAt: isOver ? Date.now() : undefined,
      legs,
    };
    if (isOver) this.calls.delete(call.callId);
    else this.calls.set(call.callId, call);
    return call;
  }
}

module.exports = Tracker;
