# What a machine trusts is set for a process of its own: OpenSSL's variable SSL_CERT_FILE. Windows and macOS have no such thing.

BeforeAll {
    . $PSScriptRoot/Support.ps1
    if (-not ('TestAuthority' -as [type])) {
        Add-Type -Path $PSScriptRoot/TlsServer.cs -WarningAction Ignore
    }

    # Connects to a TLS server, in a process that trusts an authority's root, and gives what the user reads.
    function Connect-Trusting {
        param(
            [TestAuthority] $Authority,
            [System.Security.Cryptography.X509Certificates.X509Certificate2] $Certificate,
            [string] $More = ''
        )

        $port = $Authority.Serve($Certificate)
        $root = Join-Path $TestDrive "$([guid]::NewGuid().ToString('N')).pem"
        Set-Content $root $Authority.RootPem
        $script = "Import-Module '$ModulePath'
            `$user = [pscredential]::new('user', [System.Net.NetworkCredential]::new('', 'password').SecurePassword)
            try { Connect-PbxEvents TelecomX https://localhost:$port -Credential `$user -Timeout 30 $More -ErrorAction Stop }
            catch { `"`$(`$_.FullyQualifiedErrorId) `$(`$_.Exception.Message) `$(`$_.ErrorDetails.RecommendedAction)`" }"
        $before = $env:SSL_CERT_FILE, $env:HOME
        try {
            $env:SSL_CERT_FILE = $root
            # .NET keeps lists of revoked certificates there.
            $env:HOME = $TestDrive
            (& $Pwsh -NoProfile -NonInteractive -Command $script) -join "`n"
        }
        finally {
            $env:SSL_CERT_FILE, $env:HOME = $before
        }
    }
}

Describe 'A server''s certificate, signed by an authority that the machine trusts' -Skip:(-not $IsLinux) {
    BeforeAll {
        $authority = [TestAuthority]::new($false)
        $later = [DateTimeOffset]::UtcNow.AddMonths(6)
    }

    AfterAll {
        $authority.Dispose()
    }

    It 'is accepted, after the issuers were asked whether they revoked it' {
        # The server speaks TLS and nothing else: its HTTP status is the proof that the handshake was done.
        Connect-Trusting $authority $authority.Issue('localhost', $later, $false) | Should -BeLike '*HTTP 418*'
        $authority.ListsServed | Should -Be 2 -Because 'its issuer and that one''s issuer were asked'
    }

    It 'is refused when it was revoked, and the message says so' {
        Connect-Trusting $authority $authority.Issue('localhost', $later, $true) | Should -BeLike 'TlsFailed,*the certificate is revoked*'
    }

    It 'is refused when a certificate above it was revoked, and the message says so' {
        $other = [TestAuthority]::new($true)
        Connect-Trusting $other $other.Issue('localhost', $later, $false) | Should -BeLike 'TlsFailed,*a certificate above the server''s is revoked*'
        $other.Dispose()
    }

    It 'is accepted when no issuer can be asked' {
        $gone = [TestAuthority]::new($false)
        $certificate = $gone.Issue('localhost', $later, $false)
        $gone.Dispose()
        Connect-Trusting $gone $certificate | Should -BeLike '*HTTP 418*'
    }

    It 'is refused when it has expired, and the message says when' {
        $expired = [DateTimeOffset]::UtcNow.AddDays(-2)
        Connect-Trusting $authority $authority.Issue('localhost', $expired, $false) | Should -BeLike "TlsFailed,*expired on $($expired.ToString('yyyy-MM-dd'))*"
    }

    It 'is refused when it is another server''s, and the message names both' {
        Connect-Trusting $authority $authority.Issue('elsewhere.invalid', $later, $false) |
            Should -BeLike 'TlsFailed,*for elsewhere.invalid, not for localhost*'
    }

    It 'is refused when another one is pinned, however good it is' {
        $pinned = $authority.Issue('localhost', $later, $false)
        $shown = $authority.Issue('localhost', $later, $false)
        Connect-Trusting $authority $shown "-CertificateThumbprint $($pinned.Thumbprint)" | Should -BeLike 'TlsFailed,*not the pinned one*'
        Connect-Trusting $authority $pinned "-CertificateThumbprint $($pinned.Thumbprint)" | Should -BeLike '*HTTP 418*'
    }

    It 'is accepted when it is pinned, even expired, for another name, or revoked: the pin is all that counts' {
        $bad = $authority.Issue('elsewhere.invalid', [DateTimeOffset]::UtcNow.AddDays(-2), $true)
        Connect-Trusting $authority $bad "-CertificateThumbprint $($bad.Thumbprint)" | Should -BeLike '*HTTP 418*'
    }
}
