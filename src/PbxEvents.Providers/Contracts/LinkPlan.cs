namespace PbxEvents.Providers.Contracts;

/// <summary>What a session wants of the next link. Made on the connection's loop, read by the driver off it.</summary>
/// <param name="IsRotation">True when the present link stays open until the new one is ready.</param>
/// <param name="Resume">The session to go on with; null for a fresh one.</param>
/// <param name="RenewCredential">True when the token at hand is known to be refused: get another one first.</param>
internal sealed record LinkPlan(bool IsRotation = false, ResumeRequest? Resume = null, bool RenewCredential = false);
