using PbxEvents.Journal;
using PbxEvents.Journal.Reactions;

namespace PbxEvents.Tests.Unit.Journal;

/// <summary>A store in memory, which can refuse.</summary>
internal sealed class FakeStore : IFileStoreFactory, IJournalStore, IJournalReader
{
    private volatile bool _isRefusing;
    private volatile int _refusals;

    public bool IsRefusing
    {
        get => _isRefusing;
        set => _isRefusing = value;
    }

    public int Refusals => _refusals;

    public List<EventRecord> Records { get; } = [];

    public List<int> Groups { get; } = [];

    public long Newest => Records.Count;

    /// <summary>How often it is to be found damaged.</summary>
    public int Damages { get; set; }

    /// <summary>How often it cannot be opened.</summary>
    public int Locks { get; set; }

    public IJournalStore Open(JournalOptions options) => Locks-- > 0 ? throw JournalFaults.Failed("a file", "it is locked") : this;

    public IJournalReader OpenReader(string path) => this;

    public long BeginRun(string connection, string provider, DateTimeOffset startedAt) => 1;

    public void Append(IReadOnlyList<EventRecord> records)
    {
        if (_isRefusing)
        {
            _refusals++;
            throw JournalFaults.Full("a file", "the disk is full");
        }
        if (Damages-- > 0)
            throw JournalFaults.Damaged("a file", "nonsense");
        Records.AddRange(records);
        Groups.Add(records.Count);
    }

    public int Trim(long before, long maxBytes) => 0;

    public bool IsWhole() => Damages < 0;

    public IReadOnlyList<EventRecord> Read(EventQuery query, long after) => [];

    public EventPage ReadOn(ReactionParts? parts, long after) => new([], after, 0);

    public EventRecord? ReadOne(long seq) => null;

    public IReactionStore OpenReaction(string path, ReactionOptions options, long startAfter) => throw new NotSupportedException();

    public IReactionBook OpenReactions(string path, bool isReadOnly) => throw new NotSupportedException();

    public IReadOnlyList<EventRecord> ReadCall(long run, string callId, long first, long last, int max) => [];

    public JournalRun FindRun(long run) => new("one", "Fake");

    public JournalFigures GetFigures() => new(0, null, null, null);

    public void Dispose()
    {
    }
}
