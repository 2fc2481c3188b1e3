using PbxEvents.Journal.Reactions;

namespace PbxEvents.Journal;

/// <summary>Opens stores of one kind. A store's assembly has one public class of it.</summary>
internal interface IJournalStoreFactory
{
    /// <summary>Opens a journal's file. An empty one becomes a journal; an older one is brought to the present form.</summary>
    /// <param name="options">What to open. The file is there, unless it is opened for reading only.</param>
    /// <exception cref="PbxException">It is no journal, too new, damaged, or cannot be used. It was not touched.</exception>
    IJournalStore Open(JournalOptions options);

    /// <summary>Opens a reader of an open journal.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="PbxException">It cannot be read.</exception>
    IJournalReader OpenReader(string path);

    /// <summary>Opens what a journal keeps of a reaction. What ran when its process ended has failed from now on.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">The reaction.</param>
    /// <param name="startAfter">Where it begins when nobody has seen it before.</param>
    /// <param name="maxAttempts">How often an event is tried in all.</param>
    /// <param name="now">The time.</param>
    IReactionStore OpenReaction(string path, string name, long startAfter, int maxAttempts, DateTimeOffset now);

    /// <summary>Opens what a journal keeps of all its reactions.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isReadOnly">True to look only.</param>
    IReactionBook OpenReactions(string path, bool isReadOnly);
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

/// <summary>Reads a journal, beside whoever writes to it. One thread at a time.</summary>
internal interface IJournalReader : IDisposable
{
    /// <summary>Reads on.</summary>
    /// <param name="query">What to read.</param>
    /// <param name="after">From the event after this number.</param>
    /// <returns>The next events, at most a thousand, in order; none when there are no more.</returns>
    IReadOnlyList<EventRecord> Read(EventQuery query, long after);

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
