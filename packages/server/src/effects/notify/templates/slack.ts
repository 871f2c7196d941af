import { plainText } from '../message.ts';
import type { Template } from './template.ts';

/** An incoming webhook of Slack, Mattermost or Rocket.Chat; its URL is its secret. */
export const slack: Template = {
  delivery: (url, message) => {
    // The three characters of Slack's own mark-up, so that a reason mentions nobody and links nowhere.
    const text = plainText(message).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    return { url, body: JSON.stringify({ text }) };
  },
  complaint: () => undefined,
};
