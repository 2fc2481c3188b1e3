using System.Management.Automation;
using System.Security;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Connections;

/// <summary>
/// Runs a script block for a token, each time in a new runspace: tokens are also needed when the session's own thread is
/// busy, and a script that hangs there must not hold up anything else.
/// </summary>
/// <param name="script">The script block.</param>
internal sealed class ScriptTokenProvider(ScriptBlock script)
{
    private readonly string _text = script.ToString();

    /// <exception cref="PbxException">The script failed, or returned no token.</exception>
    public async Task<Secret> GetTokenAsync(CancellationToken cancellationToken)
    {
        using var shell = PowerShell.Create();
        shell.AddScript(_text);
        using var registration = cancellationToken.Register(() => shell.BeginStop(null, null));
        PSDataCollection<PSObject> output;
        try
        {
            output = await Task.Factory.FromAsync(shell.BeginInvoke(), shell.EndInvoke).ConfigureAwait(false);
        }
        catch (PipelineStoppedException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
        catch (RuntimeException e)
        {
            throw Failed(e);
        }
        return output.LastOrDefault()?.BaseObject switch
        {
            SecureString { Length: > 0 } secret => new Secret(secret),
            string { Length: > 0 } text => new Secret(text),
            _ => throw new PbxException(PbxErrorKind.CredentialRefused, SR.TokenProviderGaveNothing, SR.TokenProviderGaveNothingAdvice)
            {
                Target = "-TokenProvider",
            },
        };
    }

    private static PbxException Failed(RuntimeException e) => new(
        PbxErrorKind.CredentialRefused,
        SR.TokenProviderFailed.With(e.Message),
        SR.TokenProviderFailedAdvice,
        e)
    { Target = "-TokenProvider" };
}
