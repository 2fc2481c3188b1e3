using System.Runtime.CompilerServices;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Tests.Unit.Connection;

/// <summary>A platform's directory, as a test lays it out.</summary>
internal sealed class FakeDirectory : DirectoryReader
{
    private int _extensionsAsked;
    private int _queuesAsked;

    public FakeDirectory() => Lists =
    [
        new DirectoryList(DirectoryKind.Extension, "the names of extensions", c => ReadAsync(() => Interlocked.Increment(ref _extensionsAsked), () => Extensions, () => ExtensionFault, c)),
        new DirectoryList(DirectoryKind.Queue, "the names of queues", c => ReadAsync(() => Interlocked.Increment(ref _queuesAsked), () => Queues, () => null, c)),
    ];

    public IEnumerable<DirectoryName> Extensions { get; set; } = [new("1001", "Ann")];

    public IEnumerable<DirectoryName> Queues { get; set; } = [new("4020", "Sales")];

    public PbxException? ExtensionFault { get; set; }

    /// <summary>What a reading waits for.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public int ExtensionsAsked => Volatile.Read(ref _extensionsAsked);

    public int QueuesAsked => Volatile.Read(ref _queuesAsked);

    public override IReadOnlyList<DirectoryList> Lists { get; }

    public override bool IsChange(PbxEvent pbxEvent) => pbxEvent.Name == "renamed";

    private async IAsyncEnumerable<IReadOnlyList<DirectoryName>> ReadAsync(
        Action asked, Func<IEnumerable<DirectoryName>> names, Func<PbxException?> fault, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        asked();
        await Gate.WaitAsync(cancellationToken);
        if (fault() is { } refusal)
            throw refusal;
        foreach (var page in names().Chunk(100))
            yield return page;
    }
}
