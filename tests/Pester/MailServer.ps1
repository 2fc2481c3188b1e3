# A real mail server for tests: Exim, from Debian's exim4-daemon-light. Dot-source it. It is started by root only, because a mail server
# delivers as another user.

function Get-MailServerProblem {
    if (-not $IsLinux) { return 'Exim is tried on Linux' }
    if (-not (Get-Command exim4 -CommandType Application -ErrorAction Ignore)) { return 'Debian''s exim4-daemon-light is not here' }
    if ((id -u) -ne 0) { return 'only root can start it' }
}

# Starts one on free ports of loopback, with a certificate of its own for localhost. The user desk has the password sesame and may send to
# anywhere, everybody else to pbx.test only; there nobody@ does not exist, later@ is asked to come later, and evil.test may not send.
function Start-MailServer {
    param([string] $Folder, [switch] $NoTls)

    $null = New-Item -ItemType Directory -Path $Folder
    $key = [System.Security.Cryptography.RSA]::Create(2048)
    $request = [System.Security.Cryptography.X509Certificates.CertificateRequest]::new('CN=localhost', $key, 'SHA256', [System.Security.Cryptography.RSASignaturePadding]::Pkcs1)
    $names = [System.Security.Cryptography.X509Certificates.SubjectAlternativeNameBuilder]::new()
    $names.AddDnsName('localhost')
    $request.CertificateExtensions.Add($names.Build())
    $certificate = $request.CreateSelfSigned([DateTimeOffset]::UtcNow.AddDays(-1), [DateTimeOffset]::UtcNow.AddDays(30))
    Set-Content "$Folder/certificate.pem" $certificate.ExportCertificatePem()
    Set-Content "$Folder/key.pem" $key.ExportPkcs8PrivateKeyPem()
    $port, $tlsPort = Get-FreePort -Count 2
    Set-Content "$Folder/exim.conf" @"
spool_directory = $Folder/spool
log_file_path = $Folder/log/%slog
pid_file_path = $Folder/exim.pid
primary_hostname = mail.test
domainlist local_domains = pbx.test
exim_user = Debian-exim
exim_group = Debian-exim
keep_environment =
host_lookup =
rfc1413_hosts =
local_interfaces = 127.0.0.1
daemon_smtp_ports = $port : $tlsPort
tls_on_connect_ports = $tlsPort
tls_advertise_hosts = $($NoTls ? '' : '*')
tls_certificate = $Folder/certificate.pem
tls_privatekey = $Folder/key.pem
auth_advertise_hosts = `${if eq{`$tls_in_cipher}{}{}{*}}
acl_smtp_mail = mail
acl_smtp_rcpt = rcpt
begin acl
mail:
  deny sender_domains = evil.test
       message = not from there
  accept
rcpt:
  deny local_parts = nobody
       message = no such mailbox
  defer local_parts = later
       message = come back later
  accept domains = +local_domains
  accept authenticated = *
  deny message = relay not permitted
begin routers
all:
  driver = accept
  transport = folder
begin transports
folder:
  driver = appendfile
  directory = $Folder/mail
  maildir_format
  create_directory
  user = Debian-exim
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = `${if and{{eq{`$auth2}{desk}}{eq{`$auth3}{sesame}}}}
  server_set_id = `$auth2
"@
    'spool', 'log', 'mail' | ForEach-Object { $null = New-Item -ItemType Directory -Path "$Folder/$_" }
    # The configuration stays root's, or Exim does not take it.
    chown Debian-exim "$Folder/spool" "$Folder/log" "$Folder/mail" "$Folder/key.pem"
    chmod a+rx $Folder
    chmod a+r "$Folder/certificate.pem"
    $start = @{ FilePath = 'exim4'; ArgumentList = '-C', "$Folder/exim.conf", '-bdf'; RedirectStandardError = "$Folder/error.txt"; RedirectStandardOutput = "$Folder/output.txt" }
    $process = Start-Process @start -PassThru
    Wait-Until {
        if ($process.HasExited) { throw "Exim ended: $(Get-Content "$Folder/error.txt")" }
        (Get-Content "$Folder/log/mainlog" -ErrorAction Ignore) -match 'daemon started'
    } 'the mail server'
    [pscustomobject]@{
        Port = $port; TlsPort = $tlsPort; Thumbprint = $certificate.GetCertHashString('SHA256'); Certificate = "$Folder/certificate.pem"
        Mails = "$Folder/mail/new"; Process = $process
    }
}

# The mails that it has delivered, oldest first, when there are so many. Each is taken once.
function Receive-Mail {
    param($Server, [int] $Count = 1)

    Wait-Until { @(Get-ChildItem $Server.Mails -ErrorAction Ignore).Count -ge $Count } "$Count mails"
    Get-ChildItem $Server.Mails | Sort-Object LastWriteTimeUtc, Name | ForEach-Object {
        Get-Content $_.FullName -Raw
        Remove-Item $_.FullName
    }
}

function Stop-MailServer {
    param($Server)

    if ($Server -and -not $Server.Process.HasExited) {
        Stop-Process -Id $Server.Process.Id
        $null = $Server.Process.WaitForExit(5000)
    }
}
