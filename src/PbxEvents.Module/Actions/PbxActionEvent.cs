namespace PbxEvents.Module.Actions;

/// <summary>What an action finds in <c>$Event</c>: the members that PowerShell's own event actions have there.</summary>
/// <param name="Sender">The connection.</param>
/// <param name="SourceEventArgs">As <c>$EventArgs</c>.</param>
/// <param name="SourceIdentifier">The name of the reaction.</param>
/// <param name="MessageData">What was given with <c>-MessageData</c>.</param>
public sealed record PbxActionEvent(PbxConnection Sender, PbxEventArgs SourceEventArgs, string SourceIdentifier, object? MessageData)
{
    /// <summary>The event's number in its connection's stream.</summary>
    public long EventIdentifier => SourceEventArgs.Event!.Sequence;

    /// <summary>The event, as the only element.</summary>
    public IReadOnlyList<object> SourceArgs => [SourceEventArgs.Event!];

    /// <summary>When the event arrived, by this machine's clock.</summary>
    public DateTime TimeGenerated => SourceEventArgs.Event!.ReceivedAt.LocalDateTime;
}
