namespace PbxEvents.Notify.Tickets;

/// <summary>A ticket as a desk gave it. Immutable.</summary>
/// <param name="Id">By which requests name it.</param>
/// <param name="Name">By which people name it.</param>
internal sealed record DeskTicket(string Id, string Name)
{
    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The keys of its calls, where the desk gives them with it.</summary>
    public IReadOnlyList<string> CallKeys { get; init; } = [];
}
