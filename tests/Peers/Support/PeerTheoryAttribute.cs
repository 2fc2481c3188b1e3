namespace PbxEvents.Tests.Peers.Support;

/// <summary>A theory that needs Node.js and the packages of <c>tests/Peers/node</c>; left out with the reason where they are missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PeerTheoryAttribute : TheoryAttribute
{
    public PeerTheoryAttribute() => Skip = NodeServer.WhyMissing;
}
