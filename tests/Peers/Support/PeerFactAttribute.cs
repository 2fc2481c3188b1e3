namespace PbxEvents.Tests.Peers.Support;

/// <summary>A fact that needs Node.js and the packages of <c>tests/Peers/node</c>; left out with the reason where they are missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PeerFactAttribute : FactAttribute
{
    public PeerFactAttribute() => Skip = NodeServer.WhyMissing;
}
