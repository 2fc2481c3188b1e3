namespace PbxEvents.Benchmarks.Contestants;

/// <summary>Somebody who receives call events, in a process of its own.</summary>
internal interface IContestant : IAsyncDisposable
{
    /// <summary>How many events were taken, to the end of what this contestant does with one. Any thread.</summary>
    long Count { get; }

    /// <summary>
    /// What was taken, for the harness to judge (Harness/Proof.cs): the last call's id, and from those that keep events what they hold.
    /// After the last event, outside what is measured.
    /// </summary>
    string Proof { get; }

    /// <summary>Connects and gets ready for events.</summary>
    Task ConnectAsync();
}
