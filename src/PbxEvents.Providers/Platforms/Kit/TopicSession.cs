using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.Kit;

/// <summary>
/// A session with one link at a time that asks for topics and waits for an answer about each: what a link goes through until it is
/// ready, and what happens to a topic that stood on an earlier link and gets no answer on this one.
/// </summary>
/// <typeparam name="TTopic">The platform's topic, as a value.</typeparam>
/// <param name="host">Where everything goes that comes out.</param>
internal abstract class TopicSession<TTopic>(ISessionHost host) : PlatformSession(host)
    where TTopic : notnull
{
    /// <summary>True from a link that was given up for a topic that stood before, until one is ready.</summary>
    protected bool HasRecycled { get; private set; }

    /// <summary>The topics that are wanted, and what became of each on this link.</summary>
    protected TopicTable<TTopic> Topics { get; } = new(host);

    /// <summary>The link; 0 when there is none.</summary>
    protected int Link { get; private set; }

    /// <summary>True when the platform has taken the credential on this link: topics may be sent.</summary>
    protected bool IsAuthenticated { get; private set; }

    /// <summary>True when this link has all that was wanted.</summary>
    protected bool IsReady { get; private set; }

    /// <summary>What to look up after a gap; null for nothing.</summary>
    protected virtual SnapshotRequest? Wanted => null;

    /// <inheritdoc/>
    public override LinkPlan PlanLink(bool isRotation) => new(isRotation, RenewCredential: HasRecycled);

    /// <inheritdoc/>
    public sealed override void LinkOpened(int link, LinkTarget target, LinkTicket ticket)
    {
        Link = link;
        IsAuthenticated = IsReady = false;
        Opened(target, ticket);
    }

    /// <inheritdoc/>
    public sealed override void LinkClosed(int link)
    {
        if (link != Link)
            return;
        Link = 0;
        IsAuthenticated = IsReady = false;

        // At once, not with the next link: what is wanted meanwhile must not be confirmed by what the lost link had.
        Topics.Reset();
        Closed();
    }

    /// <summary>A link is open: authenticate, or call <see cref="Authenticated"/> at once where there is nothing to say.</summary>
    /// <param name="target">Where it leads.</param>
    /// <param name="ticket">What the driver prepared for it.</param>
    protected abstract void Opened(LinkTarget target, LinkTicket ticket);

    /// <summary>The link is gone: cancel what belongs to it.</summary>
    protected abstract void Closed();

    /// <summary>Asks for the topics that have to be sent. Called when the link is authenticated.</summary>
    protected abstract void SendUnsent();

    /// <summary>The platform has taken the credential.</summary>
    protected void Authenticated()
    {
        IsAuthenticated = true;
        SendUnsent();
        ReadyIfSettled();
    }

    /// <summary>
    /// A topic was refused, or met with silence. If it stood on an earlier link and this one is being restored, that is not taken for
    /// a no at once: the link is given up, once, and the next one gets a fresh token.
    /// </summary>
    /// <param name="topic">The topic.</param>
    /// <param name="fault">Why the link is given up.</param>
    /// <returns>True when the link was given up; false when the topic is to be refused.</returns>
    protected bool RecycleFor(TTopic topic, PbxException fault)
    {
        if (IsReady || HasRecycled || !Topics.HasStood(topic))
            return false;
        HasRecycled = true;
        Host.CloseLink(Link, fault);
        return true;
    }

    /// <summary>Says that the link is ready, once, when every topic has its answer.</summary>
    protected void ReadyIfSettled()
    {
        if (Link == 0 || !IsAuthenticated || IsReady || !Topics.IsSettled)
            return;
        IsReady = true;
        HasRecycled = false;
        Host.LinkReady(Link, LinkRecovery.None, Wanted);
    }

    /// <summary>Sends a text frame on the link.</summary>
    /// <param name="payload">The frame.</param>
    /// <param name="ackId">Socket.IO: the id under which an acknowledgement is wanted; -1 for none.</param>
    protected void Send(ReadOnlyMemory<byte> payload, long ackId = -1) => Host.Send(Link, new OutFrame(FrameKind.Text, payload, ackId));
}
