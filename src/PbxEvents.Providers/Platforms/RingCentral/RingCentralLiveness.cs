using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>Whether links live: the first frame, then a heartbeat after silence (ringcentral.md sections 4 and 5.4). Loop only.</summary>
internal sealed class RingCentralLiveness
{
    private readonly ISessionHost _host;
    private readonly string _server;
    private readonly RingCentralTiming _timing;
    private readonly KeyedTimers<RingCentralLink> _firstFrameTimers;
    private readonly KeyedTimers<RingCentralLink> _heartbeatTimers;

    public RingCentralLiveness(ISessionHost host, string server, RingCentralTiming timing)
    {
        _host = host;
        _server = server;
        _timing = timing;
        _firstFrameTimers = new KeyedTimers<RingCentralLink>(host, FirstFrameMissing);
        _heartbeatTimers = new KeyedTimers<RingCentralLink>(host, LookForLife);
    }

    public void Opened(RingCentralLink link)
    {
        Heard(link);
        _firstFrameTimers.Set(link, _timing.FirstFrame);
    }

    /// <summary>The first frame came.</summary>
    public void Greeted(RingCentralLink link)
    {
        _firstFrameTimers.Cancel(link);
        _heartbeatTimers.Set(link, _timing.HeartbeatAfter);
    }

    /// <summary>Any frame came.</summary>
    public void Heard(RingCentralLink link)
    {
        link.LastFrameAt = _host.Now;
        link.AwaitsHeartbeat = false;
    }

    public void Closed(RingCentralLink link)
    {
        _firstFrameTimers.Cancel(link);
        _heartbeatTimers.Cancel(link);
    }

    private void FirstFrameMissing(RingCentralLink link) =>
        _host.CloseLink(link.Id, RingCentralFaults.NoFirstFrame(_server, _timing.FirstFrame));

    private void LookForLife(RingCentralLink link)
    {
        var silence = _host.Now - link.LastFrameAt;
        if (link.AwaitsHeartbeat)
            _host.CloseLink(link.Id, RingCentralFaults.Silent(_server, _timing.HeartbeatReply));
        else if (silence >= _timing.HeartbeatAfter)
            SendHeartbeat(link);
        else
            _heartbeatTimers.Set(link, _timing.HeartbeatAfter - silence);
    }

    private void SendHeartbeat(RingCentralLink link)
    {
        link.AwaitsHeartbeat = true;
        _heartbeatTimers.Set(link, _timing.HeartbeatReply);
        _host.Send(link.Id, new OutFrame(FrameKind.Text, JsonPayload.Write(w =>
        {
            w.WriteStartArray();
            w.WriteStartObject();
            w.WriteString("type", "Heartbeat");
            w.WriteString("messageId", _host.NewId());
            w.WriteEndObject();
            w.WriteEndArray();
        })));
    }
}
