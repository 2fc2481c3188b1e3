using System.Management.Automation;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Notify;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Module.Commands;

/// <summary>Base of the cmdlets that send something to a server of the user's, with a secret of the user's.</summary>
public abstract class SendingCmdlet : PbxCmdlet
{
    private protected SendingCmdlet()
    {
    }

    /// <summary>The name under which Get-Secret gives the secret.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string? SecretName { get; set; }

    /// <summary>How many seconds sending one thing may take in all. Default 30.</summary>
    [Parameter]
    [Alias("TimeoutSec")]
    [ValidateRange(0.1, 86_400)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public double Timeout { get; set; } = 30;

    /// <summary>Accepts exactly the certificate with this SHA-1 or SHA-256 thumbprint, whoever signed it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string? CertificateThumbprint { get; set; }

    /// <summary>Accepts any certificate. For tests only.</summary>
    [Parameter]
    public SwitchParameter SkipCertificateCheck { get; set; }

    private protected TransportOptions MakeTransport(Uri? proxy, PSCredential? proxyCredential) => new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(Timeout),
        CertificateThumbprint = CertificateThumbprint,
        SkipCertificateCheck = SkipCertificateCheck,
        Proxy = proxy,
        ProxyCredential = proxyCredential?.GetNetworkCredential(),
    };

    /// <summary>What <see cref="SecretName"/> names, from the user's vault; nothing when it was not given.</summary>
    private protected (string? User, Secret? Secret) AskVault()
    {
        if (SecretName is null)
            return default;
        try
        {
            return SecretVault.Get(this, SecretName);
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            ThrowTerminatingError(e.ErrorRecord);
            return default;
        }
    }
}
