using PbxEvents.Journal.Reactions;

namespace PbxEvents.Journal;

/// <summary>Opens what is in journals of one kind. A store's assembly has one public class of it.</summary>
internal interface IJournalStoreFactory
{
    /// <summary>Opens a reader of an open journal.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="PbxException">It cannot be read.</exception>
    IJournalReader OpenReader(string path);

    /// <summary>Opens what a journal keeps of a reaction. What ran when its process ended has failed from now on.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">The reaction.</param>
    /// <param name="startAfter">Where it begins when nobody has seen it before.</param>
    IReactionStore OpenReaction(string path, ReactionOptions options, long startAfter);

    /// <summary>Opens what a journal keeps of all its reactions.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isReadOnly">True to look only.</param>
    IReactionBook OpenReactions(string path, bool isReadOnly);
}

/// <summary>Opens journals in files.</summary>
internal interface IFileStoreFactory : IJournalStoreFactory
{
    /// <summary>Opens a journal's file. An empty one becomes a journal; an older one is brought to the present form.</summary>
    /// <param name="options">What to open. The file is there, unless it is opened for reading only.</param>
    /// <exception cref="PbxException">It is no journal, too new, damaged, or cannot be used. It was not touched.</exception>
    IJournalStore Open(JournalOptions options);
}

/// <summary>Opens journals of a database, which any number of processes use.</summary>
internal interface ISharedStoreFactory : IJournalStoreFactory
{
    /// <summary>What is around a journal.</summary>
    IJournalGround Ground { get; }

    /// <summary>Looks whether a journal can be there, and makes it, or brings it to the present form.</summary>
    /// <param name="options">What to open.</param>
    /// <exception cref="PbxException">It cannot be reached, is too new, or cannot be used. It was not touched.</exception>
    void Prepare(JournalOptions options);

    /// <summary>Opens it to write. Nothing is asked of the database before something is to be written.</summary>
    ISharedStore OpenShared(JournalOptions options);

    /// <summary>Makes one of the processes that could have a connection.</summary>
    /// <param name="connection">Its name.</param>
    /// <param name="kept">The number of the newest event that is kept on this machine.</param>
    /// <param name="sent">The number of the newest of these that is in the database.</param>
    IStandby StandBy(string connection, Func<long> kept, Func<long> sent);

    /// <summary>Hears of events that other processes keep.</summary>
    IJournalNews Listen();
}

/// <summary>
/// Where a journal's events are. One thread at a time; readers are beside it. All that fails does so as a
/// <see cref="PbxException"/>, and leaves what is kept as it was.
/// </summary>
internal interface IJournalStore : IDisposable
{
    /// <summary>The number of the newest event; 0 before the first.</summary>
    long Newest { get; }

    /// <summary>Makes an entry for a connection whose events are about to come.</summary>
    /// <returns>What <see cref="EventRecord.Run"/> of its events is to be.</returns>
    long BeginRun(string connection, string provider, DateTimeOffset startedAt);

    /// <summary>Keeps events: all of them, or none.</summary>
    /// <param name="records">The events, numbered on from <see cref="Newest"/> without holes.</param>
    void Append(IReadOnlyList<EventRecord> records);

    /// <summary>
    /// Drops a few of the oldest events, if it is time to. The newest always stays, so that no number comes twice. What a reaction has not
    /// looked at yet is not dropped for its age; what it has open stays for it, whatever is dropped.
    /// </summary>
    /// <param name="before">Those that arrived before it, by <see cref="DateTimeOffset.UtcTicks"/>.</param>
    /// <param name="maxBytes">Those beyond so many bytes.</param>
    /// <returns>How many; 0 when there is nothing to drop.</returns>
    int Trim(long before, long maxBytes);

    /// <summary>Looks whether the file is whole. Takes seconds for a large one.</summary>
    /// <returns>False when it is damaged.</returns>
    bool IsWhole();
}

/// <summary>
/// Writes to a journal that others write to as well. One thread at a time. What it is given comes from an origin, a file that numbers events
/// itself: which of them are there is part of what is kept, so that none is there twice, whatever broke in between.
/// </summary>
internal interface ISharedStore : IDisposable
{
    /// <summary>The number of the newest event of an origin that is there; 0 before the first.</summary>
    long NewestOf(Guid origin);

    /// <summary>Keeps events: all of them, or none; not those that are there already.</summary>
    /// <param name="origin">Where they come from.</param>
    /// <param name="records">The events, as their origin numbers them.</param>
    /// <param name="runOf">Whose they are.</param>
    /// <returns>The number that the last of them has now.</returns>
    long Append(Guid origin, IReadOnlyList<EventRecord> records, Func<long, JournalRun> runOf);

    /// <inheritdoc cref="IJournalStore.Trim"/>
    int Trim(long before, long maxBytes);
}

/// <summary>Reads a journal, beside whoever writes to it. One thread at a time.</summary>
internal interface IJournalReader : IDisposable
{
    /// <summary>Reads on.</summary>
    /// <param name="query">What to read.</param>
    /// <param name="after">From the event after this number.</param>
    /// <returns>The next events, at most a thousand, in order; none when there are no more.</returns>
    IReadOnlyList<EventRecord> Read(EventQuery query, long after);

    /// <summary>Reads on for a reaction.</summary>
    /// <param name="parts">Which parts of the events; null for all.</param>
    /// <param name="after">From the event after this number.</param>
    EventPage ReadOn(ReactionParts? parts, long after);

    /// <summary>Reads one event, also one that is kept only because a reaction has it open.</summary>
    /// <returns>Null when it is not there any more.</returns>
    EventRecord? ReadOne(long seq);

    /// <summary>Reads the events of one call, of one run, between two numbers, both of which count.</summary>
    IReadOnlyList<EventRecord> ReadCall(long run, string callId, long first, long last, int max);

    /// <summary>Connection and platform of a run.</summary>
    JournalRun FindRun(long run);

    /// <summary>How full the journal is.</summary>
    JournalFigures GetFigures();
}

/// <summary>Hears of events, whoever keeps them. Any thread.</summary>
internal interface IJournalNews : IDisposable
{
    /// <summary>The number of the newest event, as far as it has heard.</summary>
    long Newest { get; }

    /// <summary>Waits until there are events after a number.</summary>
    Task MoreAsync(long after, CancellationToken cancellationToken);
}

/// <summary>Events that a reaction has not looked at.</summary>
/// <param name="Records">The events, in order, at most a thousand.</param>
/// <param name="Upto">Up to which number these are all that there are.</param>
/// <param name="Dropped">How many events before them were dropped and are in no page.</param>
internal sealed record EventPage(IReadOnlyList<EventRecord> Records, long Upto, long Dropped)
{
    /// <summary>A page of events that have no holes between them.</summary>
    public static EventPage Of(IReadOnlyList<EventRecord> records, long after) =>
        new(records, records.Count > 0 ? records[^1].Seq : after, records.Count > 0 && after > 0 ? records[0].Seq - after - 1 : 0);
}

/// <summary>What to read of a journal; null for everything of a kind.</summary>
/// <param name="Since">Only what arrived at or after it.</param>
/// <param name="Until">Only what arrived before it.</param>
/// <param name="CallIds">Only events of these calls, and gaps.</param>
/// <param name="Connection">Only events of this connection.</param>
internal sealed record EventQuery(
    DateTimeOffset? Since = null, DateTimeOffset? Until = null, IReadOnlyCollection<string>? CallIds = null, string? Connection = null)
{
    /// <summary>All of it.</summary>
    public static readonly EventQuery Everything = new();
}

/// <summary>A connection's events from its beginning to its end have one of these.</summary>
/// <param name="Connection">The connection's name.</param>
/// <param name="Provider">The platform.</param>
internal sealed record JournalRun(string Connection, string Provider);

/// <summary>How full a journal is.</summary>
/// <param name="Events">How many events it holds.</param>
/// <param name="Oldest">When the oldest of them arrived.</param>
/// <param name="Newest">When the newest of them arrived.</param>
/// <param name="Writer">Machine and process that wrote to it last.</param>
internal sealed record JournalFigures(long Events, DateTimeOffset? Oldest, DateTimeOffset? Newest, string? Writer);
