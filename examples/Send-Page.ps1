<#
.SYNOPSIS
    Sends a message by webhook or mail.
.DESCRIPTION
    A webhook gets { "text": "..." }, which Slack, Mattermost and many pagers accept. A mail has the text as its subject and body.
    Both are sent by Send-PbxNotification, which knows Teams too.
.PARAMETER Text
    The message.
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
    The user and password for the mail server, if it needs them. They are sent with -UseTls only.
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
    Send-PbxNotification -Webhook -Uri $Uri -Text $Text
    return
}
$mail = @{ Server = $SmtpServer; Port = $Port; Tls = $UseTls ? 'StartTls' : 'None'; From = $From; To = $To }
if ($Credential) { $mail.Credential = $Credential }
Send-PbxNotification -Mail @mail -Subject $Text -Text $Text
