namespace PbxEvents.Journal.Reactions;

/// <summary>Finds what is to run again of a time of the past. One thread at a time.</summary>
/// <param name="journal">The journal.</param>
/// <param name="store">How far the reaction is.</param>
/// <param name="options">The reaction.</param>
internal sealed class Replays(EventJournal journal, IReactionStore store, ReactionOptions options)
{
    private long _current;
    private HashSet<string> _seen = [];

    /// <summary>Counts what a request would find, by where each event stands.</summary>
    /// <param name="since">Events that arrived since.</param>
    /// <param name="until">Events that arrived before.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IReadOnlyDictionary<Standing, int> Count(DateTimeOffset since, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var counts = Enum.GetValues<Standing>().ToDictionary(s => s, _ => 0);
        var (place, seen) = (store.Place, new HashSet<string>());
        foreach (var (number, pbxEvent) in journal.ReadNumbered(new EventQuery(since, until)).TakeWhile(e => e.Number <= place))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (options.IsMatch(pbxEvent) && options.KeyOf(pbxEvent) is var key && seen.Add(key))
                counts[store.StandingOf(number, key)]++;
        }
        return counts;
    }

    /// <summary>Sees to some events of what somebody asked for.</summary>
    /// <param name="reader">Reads the journal.</param>
    /// <returns>False when nobody has asked for anything.</returns>
    public bool Advance(IJournalReader reader)
    {
        if (store.NextReplay() is not { } replay)
            return false;
        if (_current != replay.Id)
            (_current, _seen) = (replay.Id, []);
        var records = reader.Read(new EventQuery(replay.Since, replay.Until), replay.After).TakeWhile(r => r.Seq <= replay.Last).ToArray();
        if (records.Length == 0)
        {
            // A later one may get its number.
            store.EndReplay(replay);
            _current = 0;
            return true;
        }
        var again = new List<Again>();
        foreach (var record in records)
        {
            var e = journal.ToEvent(reader, record);
            if (!options.IsMatch(e) || !_seen.Add(options.KeyOf(e)))
                continue;
            var standing = store.StandingOf(record.Seq, options.KeyOf(e));
            if (standing is Standing.None or Standing.Dead || (standing == Standing.Done && replay.Force))
                again.Add(new Again(record.Seq, options.KeyOf(e), options.OrderKeyOf(e)));
        }
        store.RunAgain(replay, again, records[^1].Seq, options.Clock.GetUtcNow());
        return true;
    }
}
