namespace PbxEvents;

/// <summary>A ticket at a desk, and what was done with it for a call. Immutable.</summary>
public sealed record PbxTicket
{
    /// <summary>The desk.</summary>
    public required PbxDesk Desk { get; init; }

    /// <summary>The ticket's number or key, as people at the desk know it; null when the desk did not tell one.</summary>
    public string? Id { get; init; }

    /// <summary>What was done.</summary>
    public required PbxTicketAction Action { get; init; }

    /// <summary>The caller's number: in the form of E.164 where it can be understood, else as it came; null when it was hidden.</summary>
    public string? Number { get; init; }

    /// <summary>The call.</summary>
    public required string CallId { get; init; }

    /// <summary>The key by which the desk knows the call. Visible ASCII.</summary>
    public required string Key { get; init; }

    /// <summary>The ticket in one line.</summary>
    /// <returns>Text for a list.</returns>
    public override string ToString() => $"{Desk} {Id} {Action}";
}
