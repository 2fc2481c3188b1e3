namespace PbxEvents.Notify.Tickets;

/// <summary>
/// Files each call once, also at a desk that knows no idempotency keys: looks for the call's key, makes the ticket, and looks again. What is left
/// is one window: a desk that takes in an earlier try's request only after the later one has looked for the last time.
/// </summary>
/// <param name="desk">The desk.</param>
internal sealed class TicketClerk(TicketDesk desk)
{
    /// <summary>Tells the desk of a call.</summary>
    /// <param name="note">The call.</param>
    /// <param name="mergeFor">How old the caller's open ticket may be to get a comment; null for always a new ticket.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <exception cref="PbxException">The desk did not do it, or nobody knows.</exception>
    public async Task<(DeskTicket Ticket, PbxTicketAction Action)> FileAsync(TicketNote note, TimeSpan? mergeFor, CancellationToken cancellationToken)
    {
        if (mergeFor is not null && !desk.CanFollowUp)
            throw TicketFaults.CannotFollowUp(desk.Target, "MergeFor");
        desk.Check();
        if (await desk.FindByCallAsync(note, cancellationToken).ConfigureAwait(false) is [var known, ..])
        {
            await desk.FinishAsync(known, note, cancellationToken).ConfigureAwait(false);
            return (known, PbxTicketAction.Known);
        }
        if (mergeFor is { } span && note.CallerKey is { } caller)
        {
            var open = await desk.FindOpenAsync(caller, cancellationToken).ConfigureAwait(false);
            if (open.FirstOrDefault(t => t.CallKeys.Contains(note.CallKey)) is { } commented)
                return (commented, PbxTicketAction.Known);
            if (open.LastOrDefault(t => t.CreatedAt >= note.At - span) is { } ticket)
            {
                await desk.CommentAsync(ticket, note, cancellationToken).ConfigureAwait(false);
                return (ticket, PbxTicketAction.Commented);
            }
        }
        var made = await desk.CreateAsync(note, cancellationToken).ConfigureAwait(false);
        return (desk.FindsAtOnce ? await LookAgainAsync(made, note, cancellationToken).ConfigureAwait(false) : made, PbxTicketAction.Created);
    }

    /// <summary>The caller was talked with: resolves the open tickets of that number.</summary>
    /// <param name="callerKey">The caller.</param>
    /// <param name="text">What the tickets are told.</param>
    /// <param name="only">The only ticket that is meant; null for all.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>The tickets.</returns>
    /// <exception cref="PbxException">The desk did not do it, or nobody knows.</exception>
    public async Task<IReadOnlyList<DeskTicket>> ResolveAsync(string callerKey, string text, string? only, CancellationToken cancellationToken)
    {
        if (!desk.CanFollowUp)
            throw TicketFaults.CannotFollowUp(desk.Target, "ResolveWhenReached");
        var open = await desk.FindOpenAsync(callerKey, cancellationToken).ConfigureAwait(false);
        DeskTicket[] meant = [.. open.Where(t => only is null || t.Id == only)];
        foreach (var ticket in meant)
            await desk.ResolveAsync(ticket, text, cancellationToken).ConfigureAwait(false);
        return meant;
    }

    /// <summary>An earlier try may have made one too, after this one had looked. The first stays.</summary>
    private async Task<DeskTicket> LookAgainAsync(DeskTicket made, TicketNote note, CancellationToken cancellationToken)
    {
        var all = await desk.FindByCallAsync(note, cancellationToken).ConfigureAwait(false);
        if (all.Count == 0)
            throw TicketFaults.KeyNotKept(desk.Target, made.Name, desk.KeyField);
        foreach (var other in all.Skip(1))
            await desk.ResolveAsync(other, $"The same call has ticket {all[0].Name}.", cancellationToken).ConfigureAwait(false);
        return all[0];
    }
}
