namespace PbxEvents;

/// <summary>What became of a call at a ticket desk.</summary>
public enum PbxTicketAction
{
    /// <summary>A ticket was made for it.</summary>
    Created,

    /// <summary>The caller's open ticket got a comment.</summary>
    Commented,

    /// <summary>An earlier try had told the desk of it already.</summary>
    Known,

    /// <summary>The caller was reached, and the ticket is resolved.</summary>
    Resolved,
}
