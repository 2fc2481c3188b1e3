<#
.SYNOPSIS
    Tells somebody something: with a webhook, or by mail.
.DESCRIPTION
    A webhook gets { "text": "..." }, which Slack, Teams workflows, Mattermost and many pagers take. A mail has the text as its
    subject and body.
.PARAMETER Text
    What to tell.
.PARAMETER Uri
    The address of the webhook.
.PARAMETER To
    The mail addresses.
.PARAMETER From
    The sender's mail address.
.PARAMETER SmtpServer
    The mail server.
.PARAMETER Port
    The port of the mail server.
.PARAMETER UseTls
    Asks the mail server for TLS (STARTTLS), and sends nothing without it.
.PARAMETER Credential
    The user of the mail server, where it wants one.
.EXAMPLE
    ./Send-Page.ps1 -Text 'Trunk T1 is down' -Uri https://hooks.example.com/T1
.EXAMPLE
    ./Send-Page.ps1 -Text 'Trunk T1 is down' -To duty@example.com -From pbx@example.com -SmtpServer mail.example.com -UseTls
#>
#requires -Version 7.6
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Text,
    [Parameter(Mandatory, ParameterSetName = 'Webhook')] [uri] $Uri,
    [Parameter(Mandatory, ParameterSetName = 'Mail')] [string[]] $To,
    [Parameter(Mandatory, ParameterSetName = 'Mail')] [string] $From,
    [Parameter(Mandatory, ParameterSetName = 'Mail')] [string] $SmtpServer,
    [Parameter(ParameterSetName = 'Mail')] [int] $Port = 25,
    [Parameter(ParameterSetName = 'Mail')] [switch] $UseTls,
    [Parameter(ParameterSetName = 'Mail')] [pscredential] $Credential
)

$ErrorActionPreference = 'Stop'
if ($Uri) {
    $body = @{ text = $Text } | ConvertTo-Json
    $null = Invoke-RestMethod -Method Post -Uri $Uri -ContentType 'application/json; charset=utf-8' -Body $body
    return
}
# PowerShell's own Send-MailMessage is marked as obsolete. For more than a plain mail server take a module of your mail system.
$mail = [System.Net.Mail.MailMessage]::new()
$client = [System.Net.Mail.SmtpClient]::new($SmtpServer, $Port)
try {
    $mail.From = $From
    $To | ForEach-Object { $mail.To.Add($_) }
    # A line break in a caller's name must not begin another header.
    $mail.Subject = $Text -replace '\p{Cc}+', ' '
    $mail.Body = $Text
    $client.EnableSsl = $UseTls
    $client.Timeout = 30000
    if ($Credential) { $client.Credentials = $Credential.GetNetworkCredential() }
    $client.Send($mail)
}
finally {
    $mail.Dispose()
    $client.Dispose()
}
